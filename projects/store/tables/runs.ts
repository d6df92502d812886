// Statements of the table `runs`.

import type { Run, RunId, RunSettings } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

export class RunsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** @param id one that the caller has named files by */
  create(modelId: string, settings: RunSettings, id: RunId = crypto.randomUUID()): Run {
    const run: Run = {
      id,
      modelId,
      settings,
      status: 'running',
      createdAtMs: Date.now(),
      message: null,
    };
    this.#sql.run(
      'INSERT INTO runs (id, modelId, settings, status, createdAtMs, message) VALUES (?, ?, ?, ?, ?, ?)',
      run.id,
      run.modelId,
      JSON.stringify(run.settings),
      run.status,
      run.createdAtMs,
      run.message,
    );
    return run;
  }

  /** Changes what is given and leaves the rest; null when there is no such run. */
  update(id: RunId, change: Partial<Pick<Run, 'status' | 'message' | 'settings'>>): Run | null {
    return this.#sql.transaction(() => {
      const run = this.byId(id);
      if (!run) return null;
      const changed = { ...run, ...change };
      this.#sql.run(
        'UPDATE runs SET status = ?, message = ?, settings = ? WHERE id = ?',
        changed.status,
        changed.message,
        JSON.stringify(changed.settings),
        id,
      );
      return changed;
    });
  }

  /** Oldest first. */
  list(): Run[] {
    return this.#sql.all('SELECT * FROM runs ORDER BY createdAtMs, rowid').map(runOf);
  }

  newest(): Run | null {
    return this.list().at(-1) ?? null;
  }

  /** Frames, chunks, splats, states and refinements of the run go with it. */
  remove(id: RunId): void {
    this.#sql.run('DELETE FROM runs WHERE id = ?', id);
  }

  byId(id: RunId): Run | null {
    const row = this.#sql.get('SELECT * FROM runs WHERE id = ?', id);
    return row && runOf(row);
  }
}

function runOf(row: SqlRow): Run {
  // Runs of older versions do not say whether they revisit, and what fills their gaps: they do not, and nothing does.
  const settings = { revisit: 'none', depthModelId: null, ...(JSON.parse(String(row.settings)) as object) };
  return { ...row, settings } as unknown as Run;
}
