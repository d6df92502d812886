// Statements of the table `refinedPoints`: the chunks of a frame before and after a refinement. One of the two is shown, unless the frame
// has got other points since.

import type { ChunkId, FrameId, PointChunk, RunId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

export interface RefinedPoints {
  before: PointChunk;
  after: PointChunk;
}

export class RefinedPointsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  put(refinementId: string, { before, after }: RefinedPoints): void {
    this.#sql.run(
      'INSERT INTO refinedPoints (refinementId, frameId, pointsBefore, pointsAfter) VALUES (?, ?, ?, ?)',
      refinementId,
      after.frameId,
      JSON.stringify(before),
      JSON.stringify(after),
    );
  }

  list(refinementId: string): RefinedPoints[] {
    return this.#sql.all('SELECT * FROM refinedPoints WHERE refinementId = ?', refinementId).map(pointsOf);
  }

  /** What could be brought back until a further refinement ends that. */
  redoableIds(runId: RunId): ChunkId[] {
    return this.#sql
      .all(
        `SELECT pointsAfter ->> 'id' AS id FROM refinedPoints JOIN refinements ON refinements.id = refinementId
         WHERE runId = ? AND undone = 1`,
        runId,
      )
      .map(({ id }) => String(id));
  }

  /** A frame that has got other points goes back to none of these. @returns ids of its chunks */
  forget(frameId: FrameId): ChunkId[] {
    const gone = this.#sql.all('DELETE FROM refinedPoints WHERE frameId = ? RETURNING *', frameId).map(pointsOf);
    return [...new Set(gone.flatMap(({ before, after }) => [before.id, after.id]))];
  }

  has(chunkId: ChunkId): boolean {
    const one = this.#sql.get(
      "SELECT 1 FROM refinedPoints WHERE pointsBefore ->> 'id' = ? OR pointsAfter ->> 'id' = ?",
      chunkId,
      chunkId,
    );
    return one !== null;
  }

  /** Ids of the point files of all runs. */
  chunkIds(): ChunkId[] {
    return this.#sql
      .all(`SELECT pointsBefore ->> 'id' AS id FROM refinedPoints UNION SELECT pointsAfter ->> 'id' FROM refinedPoints`)
      .map(({ id }) => String(id));
  }

  /** @param chunkIds whose files are missing: the frames keep what they show */
  remove(chunkIds: readonly ChunkId[]): void {
    this.#sql.transaction(() =>
      chunkIds.forEach((id) =>
        this.#sql.run("DELETE FROM refinedPoints WHERE pointsBefore ->> 'id' = ? OR pointsAfter ->> 'id' = ?", id, id),
      ),
    );
  }
}

function pointsOf({ pointsBefore, pointsAfter }: SqlRow): RefinedPoints {
  return {
    before: JSON.parse(String(pointsBefore)) as PointChunk,
    after: JSON.parse(String(pointsAfter)) as PointChunk,
  };
}
