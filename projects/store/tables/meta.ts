// Statements of the table `meta`: small facts by key, as JSON values.

import type { Sql } from '../sql.ts';

/** Every key and the type of its value. */
export interface MetaValues {
  projectId: string;
  name: string;
  createdAtMs: number;
  openedAtMs: number;
  coverPhotoId: string;
  watchedFolder: string;
  /** The label set that is shown. */
  labelSetId: string;
  /** Folder size when it was last measured. */
  bytesOnDisk: number;
  /** The run that is looked at and goes on; none: the newest. */
  shownRunId: string;
  /** How far the second pass of a run is; what the step means stands in `electron/studio/run/revisits.ts`. */
  revisit: { runId: string; stepIdx: number };
}

export class MetaTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get<K extends keyof MetaValues>(key: K): MetaValues[K] | null {
    const row = this.#sql.get('SELECT value FROM meta WHERE key = ?', key);
    return row ? (JSON.parse(String(row.value)) as MetaValues[K]) : null;
  }

  /** null removes the key. */
  set<K extends keyof MetaValues>(key: K, value: MetaValues[K] | null): void {
    if (value === null) this.#sql.run('DELETE FROM meta WHERE key = ?', key);
    else
      this.#sql.run(
        'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        key,
        JSON.stringify(value),
      );
  }
}
