// Statements of the table `states`: where a run can be resumed.

import type { RunId, SavedState } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export class StatesTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The file at `statePath(runId, stepIdx)` exists and is complete. */
  add(runId: RunId, stepIdx: number): SavedState {
    const state: SavedState = { runId, stepIdx, createdAtMs: Date.now() };
    this.#sql.run(
      `INSERT INTO states (runId, stepIdx, createdAtMs) VALUES (?, ?, ?)
       ON CONFLICT (runId, stepIdx) DO UPDATE SET createdAtMs = excluded.createdAtMs`,
      runId,
      stepIdx,
      state.createdAtMs,
    );
    return state;
  }

  /** By step, earliest first. */
  list(runId: RunId): SavedState[] {
    const rows = this.#sql.all('SELECT * FROM states WHERE runId = ? ORDER BY stepIdx', runId);
    return rows as unknown as SavedState[];
  }

  all(): SavedState[] {
    return this.#sql.all('SELECT * FROM states') as unknown as SavedState[];
  }

  /** The last state at or before a step. */
  newestNotAfter(runId: RunId, stepIdx: number): SavedState | null {
    const row = this.#sql.get(
      'SELECT * FROM states WHERE runId = ? AND stepIdx <= ? ORDER BY stepIdx DESC LIMIT 1',
      runId,
      stepIdx,
    );
    return row as SavedState | null;
  }

  /** Keeps the last `keep` states of a run. @returns the removed ones, whose files the caller deletes */
  prune(runId: RunId, keep: number): SavedState[] {
    const removed = this.list(runId).slice(0, keep > 0 ? -keep : undefined);
    this.remove(removed);
    return removed;
  }

  remove(states: readonly Pick<SavedState, 'runId' | 'stepIdx'>[]): void {
    this.#sql.transaction(() =>
      states.forEach(({ runId, stepIdx }) =>
        this.#sql.run('DELETE FROM states WHERE runId = ? AND stepIdx = ?', runId, stepIdx),
      ),
    );
  }
}
