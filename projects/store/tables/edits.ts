// Statements of the table `edits`: appended records; undo and redo only turn a flag.

import type { Edit, EditRecord } from '../../format/edits.ts';
import type { Sql, SqlRow } from '../sql.ts';

export class EditsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Appends an edit; what had been undone can then no longer be redone and is removed. */
  append(edit: Edit): EditRecord {
    return this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM edits WHERE undone = 1');
      const row = this.#sql.get(
        `INSERT INTO edits (seq, id, createdAtMs, undone, edit)
         VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM edits), ?, ?, 0, ?) RETURNING *`,
        crypto.randomUUID(),
        Date.now(),
        JSON.stringify(edit),
      );
      return recordOf(row as SqlRow);
    });
  }

  /** Undoes the newest edit that counts; null when there is none. */
  undo(): EditRecord | null {
    return this.#turn('SELECT max(seq) FROM edits WHERE undone = 0', 1);
  }

  /** Redoes the edit undone last; null when there is none. */
  redo(): EditRecord | null {
    return this.#turn('SELECT min(seq) FROM edits WHERE undone = 1', 0);
  }

  /** Oldest first, undone ones included. */
  list(): EditRecord[] {
    return this.#sql.all('SELECT * FROM edits ORDER BY seq').map(recordOf);
  }

  #turn(which: string, undone: 0 | 1): EditRecord | null {
    const row = this.#sql.get(`UPDATE edits SET undone = ${undone} WHERE seq = (${which}) RETURNING *`);
    return row && recordOf(row);
  }
}

function recordOf(row: SqlRow): EditRecord {
  return { ...row, undone: row.undone === 1, edit: JSON.parse(String(row.edit)) } as unknown as EditRecord;
}
