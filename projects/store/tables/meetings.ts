// Statements of the table `meetings`: which photo a run met in which step. The same photos in the same order give the same state again.

import type { PhotoId, RunId } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export class MeetingsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  put(runId: RunId, stepIdx: number, photoId: PhotoId): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO meetings (runId, stepIdx, photoId) VALUES (?, ?, ?)',
      runId,
      stepIdx,
      photoId,
    );
  }

  /** Photos met from this step on, in order; one that was met twice stands there twice. */
  from(runId: RunId, stepIdx: number): PhotoId[] {
    return this.#sql
      .all('SELECT photoId FROM meetings WHERE runId = ? AND stepIdx >= ? ORDER BY stepIdx', runId, stepIdx)
      .map(({ photoId }) => String(photoId));
  }

  /**
   * The photo can be met no more: from this step on it is left out, and what comes behind moves up.
   * @returns steps in which it had been met
   */
  leaveOut(runId: RunId, stepIdx: number, photoId: PhotoId): number[] {
    return this.#sql.transaction(() => {
      const all = this.from(runId, stepIdx);
      this.#sql.run('DELETE FROM meetings WHERE runId = ? AND stepIdx >= ?', runId, stepIdx);
      all.filter((id) => id !== photoId).forEach((id, idx) => this.put(runId, stepIdx + idx, id));
      return all.flatMap((id, idx) => (id === photoId ? [stepIdx + idx] : []));
    });
  }
}
