// Statements of the tables `polishes` and `polishedChunks`: files that stand in for splats, one set for each polish, with a flag for what was undone.

import type { Polish, PolishReport } from '../../format/polish.ts';
import type { ChunkId, RunId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

/** A file whose rows are those of a Gaussian chunk, polished. */
export interface PolishedChunk {
  id: ChunkId;
  gaussianId: ChunkId;
}

export class PolishesTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Adds one as applied; what could be redone before is gone. Files must exist already.
   * @returns ids of files that the caller deletes after the transaction
   */
  add(runId: RunId, report: PolishReport, chunks: readonly PolishedChunk[]): { polish: Polish; dropped: ChunkId[] } {
    return this.#sql.transaction(() => {
      const dropped = this.#sql.all(
        `SELECT polishedChunks.id FROM polishedChunks JOIN polishes ON polishes.id = polishId
         WHERE runId = ? AND undone = 1`,
        runId,
      );
      this.#sql.run('DELETE FROM polishes WHERE runId = ? AND undone = 1', runId);
      const id = crypto.randomUUID();
      this.#sql.run(
        `INSERT INTO polishes (id, seq, runId, createdAtMs, report, undone)
         SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, 0 FROM polishes`,
        id,
        runId,
        Date.now(),
        JSON.stringify(report),
      );
      for (const chunk of chunks)
        this.#sql.run(
          'INSERT INTO polishedChunks (id, polishId, gaussianId) VALUES (?, ?, ?)',
          chunk.id,
          id,
          chunk.gaussianId,
        );
      return { polish: this.#byId(id), dropped: dropped.map((row) => String(row.id)) };
    });
  }

  /** Oldest first; one whose splats have all been made anew is not among them. */
  list(runId: RunId): Polish[] {
    return this.#sql
      .all(
        `SELECT * FROM polishes WHERE runId = ?
         AND EXISTS (SELECT 1 FROM polishedChunks WHERE polishId = polishes.id) ORDER BY seq`,
        runId,
      )
      .map(polishOf);
  }

  /** What undo would take back. */
  undoable(runId: RunId): Polish | null {
    return this.list(runId).findLast(({ undone }) => !undone) ?? null;
  }

  /** What redo would bring back. */
  redoable(runId: RunId): Polish | null {
    return this.list(runId).find(({ undone }) => undone) ?? null;
  }

  setUndone(id: string, undone: boolean): Polish {
    this.#sql.run('UPDATE polishes SET undone = ? WHERE id = ?', undone ? 1 : 0, id);
    return this.#byId(id);
  }

  /** Of files. */
  ids(): ChunkId[] {
    return this.#sql.all('SELECT id FROM polishedChunks').map(({ id }) => String(id));
  }

  /** Drops files that are not there any more: their splats are shown as they were before. */
  remove(ids: readonly ChunkId[]): void {
    this.#sql.transaction(() => ids.forEach((id) => this.#sql.run('DELETE FROM polishedChunks WHERE id = ?', id)));
  }

  #byId(id: string): Polish {
    return polishOf(this.#sql.get('SELECT * FROM polishes WHERE id = ?', id) ?? {});
  }
}

function polishOf({ id, runId, createdAtMs, report, undone }: SqlRow): Polish {
  return {
    id: String(id),
    runId: String(runId),
    createdAtMs: Number(createdAtMs),
    report: JSON.parse(String(report)) as PolishReport,
    undone: undone === 1,
  };
}
