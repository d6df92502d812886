// Statements of the table `refinements`: poses of a run before and after each adjustment, in order, with a flag for what was undone.

import type { FramePose, Refinement, RefinementReport } from '../../format/refinement.ts';
import type { RunId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

export interface RefinementPoses {
  before: FramePose[];
  after: FramePose[];
}

export class RefinementsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Adds one as applied; what could be redone before is gone. */
  add(runId: RunId, { before, after }: RefinementPoses, reports: readonly RefinementReport[]): Refinement {
    return this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM refinements WHERE runId = ? AND undone = 1', runId);
      const id = crypto.randomUUID();
      this.#sql.run(
        `INSERT INTO refinements (id, seq, runId, createdAtMs, beforePoses, afterPoses, report, undone)
         SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, 0 FROM refinements`,
        id,
        runId,
        Date.now(),
        JSON.stringify(before),
        JSON.stringify(after),
        JSON.stringify(reports),
      );
      return refinementOf(this.#sql.get('SELECT * FROM refinements WHERE id = ?', id) ?? {});
    });
  }

  /** Oldest first. */
  list(runId: RunId): Refinement[] {
    return this.#sql.all('SELECT * FROM refinements WHERE runId = ? ORDER BY seq', runId).map(refinementOf);
  }

  /** What undo would take back. */
  undoable(runId: RunId): Refinement | null {
    return this.list(runId).findLast(({ undone }) => !undone) ?? null;
  }

  /** What redo would bring back. */
  redoable(runId: RunId): Refinement | null {
    return this.list(runId).find(({ undone }) => undone) ?? null;
  }

  poses(id: string): RefinementPoses {
    const row = this.#sql.get('SELECT beforePoses, afterPoses FROM refinements WHERE id = ?', id);
    const parsed = (text: unknown): FramePose[] => (typeof text === 'string' ? (JSON.parse(text) as FramePose[]) : []);
    return { before: parsed(row?.beforePoses), after: parsed(row?.afterPoses) };
  }

  setUndone(id: string, undone: boolean): Refinement {
    this.#sql.run('UPDATE refinements SET undone = ? WHERE id = ?', undone ? 1 : 0, id);
    return refinementOf(this.#sql.get('SELECT * FROM refinements WHERE id = ?', id) ?? {});
  }
}

function refinementOf({ id, runId, createdAtMs, report, undone }: SqlRow): Refinement {
  return {
    id: String(id),
    runId: String(runId),
    createdAtMs: Number(createdAtMs),
    reports: JSON.parse(String(report)) as RefinementReport[],
    undone: undone === 1,
  };
}
