// Statements of the table `firstBeliefs`: what a run believed of a photo before it met it again.

import type { FirstBelief } from '../../format/belief.ts';
import type { ChunkId, FrameId, RunId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

export class BeliefsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Adds one; of a frame that has one only what replaced it changes. */
  put(belief: FirstBelief): FirstBelief {
    const row = this.#sql.get(
      `INSERT INTO firstBeliefs (frameId, worldFromCamera, intrinsics, confidence, points, revised, depth)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (frameId) DO UPDATE SET revised = excluded.revised, depth = excluded.depth
       RETURNING *`,
      belief.frameId,
      JSON.stringify(belief.worldFromCamera),
      belief.intrinsics && JSON.stringify(belief.intrinsics),
      belief.confidence,
      JSON.stringify(belief.points),
      JSON.stringify(belief.revised),
      belief.depth && JSON.stringify(belief.depth),
    );
    return beliefOf(row ?? {});
  }

  ofFrame(frameId: FrameId): FirstBelief | null {
    const row = this.#sql.get('SELECT * FROM firstBeliefs WHERE frameId = ?', frameId);
    return row && beliefOf(row);
  }

  /** Of one run, in the order of its steps. */
  list(runId: RunId): FirstBelief[] {
    return this.#sql
      .all(
        `SELECT firstBeliefs.* FROM firstBeliefs JOIN frames ON frames.id = firstBeliefs.frameId
         WHERE frames.runId = ? ORDER BY frames.stepIdx`,
        runId,
      )
      .map(beliefOf);
  }

  has(chunkId: ChunkId): boolean {
    return this.#sql.get("SELECT 1 FROM firstBeliefs WHERE points ->> 'id' = ?", chunkId) !== null;
  }

  /** Ids of the point files of all runs. */
  chunkIds(): ChunkId[] {
    return this.#sql.all("SELECT points ->> 'id' AS id FROM firstBeliefs").map(({ id }) => String(id));
  }

  /** @param chunkIds of their points */
  remove(chunkIds: readonly ChunkId[]): void {
    this.#sql.transaction(() =>
      chunkIds.forEach((id) => this.#sql.run("DELETE FROM firstBeliefs WHERE points ->> 'id' = ?", id)),
    );
  }
}

function beliefOf(row: SqlRow): FirstBelief {
  const json = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null);
  return {
    frameId: row.frameId,
    worldFromCamera: json(row.worldFromCamera),
    intrinsics: json(row.intrinsics),
    confidence: row.confidence,
    points: json(row.points),
    revised: json(row.revised),
    depth: json(row.depth),
  } as FirstBelief;
}
