// Statements of the table `labelSets`: the project's label sets, in the user's order.

import type { LabelSet } from '../../format/label-set.ts';
import type { Sql } from '../sql.ts';

export class LabelSetsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps exactly these sets, in this order. */
  replaceAll(sets: readonly LabelSet[]): void {
    this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM labelSets');
      sets.forEach(({ id, name, labels, reject }, idx) =>
        this.#sql.run(
          'INSERT INTO labelSets (id, idx, name, labels, reject) VALUES (?, ?, ?, ?, ?)',
          id,
          idx,
          name,
          JSON.stringify(labels),
          reject,
        ),
      );
    });
  }

  list(): LabelSet[] {
    return this.#sql.all('SELECT * FROM labelSets ORDER BY idx').map(({ id, name, labels, reject }) => ({
      id: String(id),
      name: String(name),
      labels: JSON.parse(String(labels)) as LabelSet['labels'],
      reject: Number(reject),
    }));
  }
}
