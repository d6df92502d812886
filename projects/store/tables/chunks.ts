// Statements of the table `chunks`: the point files of frames.

import type { ChunkId, FrameId, PointChunk, RunId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

export class ChunksTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Adds a chunk whose file exists. What was seen of a frame is one chunk: a new one takes the place of the older ones;
   * inferred chunks stand beside it.
   * @returns ids whose files the caller deletes after the transaction
   */
  put(chunk: PointChunk): ChunkId[] {
    return this.#sql.transaction(() => {
      const replaced =
        chunk.kind === 'inferred'
          ? []
          : this.#sql
              .all("DELETE FROM chunks WHERE frameId = ? AND kind <> 'inferred' RETURNING id", chunk.frameId)
              .map(({ id }) => String(id));
      this.#sql.run(
        'INSERT INTO chunks (id, frameId, count, bounds, kind) VALUES (?, ?, ?, ?, ?)',
        chunk.id,
        chunk.frameId,
        chunk.count,
        JSON.stringify(chunk.bounds),
        chunk.kind,
      );
      return replaced.filter((id) => id !== chunk.id);
    });
  }

  /** Chunks of a run in the order of its steps. */
  list(runId: RunId): PointChunk[] {
    return this.#sql
      .all(
        `SELECT chunks.* FROM chunks JOIN frames ON frames.id = chunks.frameId
         WHERE frames.runId = ? ORDER BY frames.stepIdx, chunks.rowid`,
        runId,
      )
      .map(chunkOf);
  }

  byId(id: ChunkId): PointChunk | null {
    const row = this.#sql.get('SELECT * FROM chunks WHERE id = ?', id);
    return row && chunkOf(row);
  }

  ofFrame(frameId: FrameId): PointChunk[] {
    return this.#sql.all('SELECT * FROM chunks WHERE frameId = ? ORDER BY rowid', frameId).map(chunkOf);
  }

  /** Ids of all runs: what may lie in the chunks folder. */
  ids(): ChunkId[] {
    return this.#sql.all('SELECT id FROM chunks').map(({ id }) => String(id));
  }

  remove(ids: readonly ChunkId[]): void {
    this.#sql.transaction(() => ids.forEach((id) => this.#sql.run('DELETE FROM chunks WHERE id = ?', id)));
  }
}

function chunkOf(row: SqlRow): PointChunk {
  return { ...row, bounds: JSON.parse(String(row.bounds)) } as unknown as PointChunk;
}
