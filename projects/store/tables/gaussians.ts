// Statements of the table `gaussianChunks`: the splat files of frames. They go with the points they were made from.

import type { ChunkId, GaussianChunk, RunId } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export class GaussiansTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Adds a chunk whose file exists; it takes the place of an older one of the same frame.
   * @returns the chunk as it is shown, the ids it takes the place of, and the files that the caller deletes after the transaction
   */
  put({ id, frameId, sourceChunkId, count }: Omit<GaussianChunk, 'fileId'>): {
    chunk: GaussianChunk;
    replaced: ChunkId[];
    files: ChunkId[];
  } {
    return this.#sql.transaction(() => {
      const polished = this.#sql.all(
        'SELECT id FROM polishedChunks WHERE gaussianId IN (SELECT id FROM gaussianChunks WHERE frameId = ?)',
        frameId,
      );
      const replaced = idsOf(this.#sql.all('DELETE FROM gaussianChunks WHERE frameId = ? RETURNING id', frameId));
      this.#sql.run(
        'INSERT INTO gaussianChunks (id, frameId, sourceChunkId, count) VALUES (?, ?, ?, ?)',
        id,
        frameId,
        sourceChunkId,
        count,
      );
      const chunk = { id, frameId, sourceChunkId, count, fileId: id };
      return { chunk, replaced, files: [...replaced, ...idsOf(polished)] };
    });
  }

  /** In the order of the run's steps, each with the file of the newest polish that holds. */
  list(runId: RunId): GaussianChunk[] {
    return this.#sql.all(
      `SELECT gaussianChunks.*, coalesce(
         (SELECT polishedChunks.id FROM polishedChunks JOIN polishes ON polishes.id = polishId
          WHERE gaussianId = gaussianChunks.id AND undone = 0 ORDER BY seq DESC LIMIT 1),
         gaussianChunks.id) AS fileId
       FROM gaussianChunks JOIN frames ON frames.id = gaussianChunks.frameId
       WHERE frames.runId = ? ORDER BY frames.stepIdx`,
      runId,
    ) as unknown as GaussianChunk[];
  }

  has(id: ChunkId): boolean {
    return this.#sql.get('SELECT 1 FROM gaussianChunks WHERE id = ?', id) !== null;
  }

  /** Whether splats as they were made, or polished, are in a file of this id. */
  hasFile(id: ChunkId): boolean {
    return this.has(id) || this.#sql.get('SELECT 1 FROM polishedChunks WHERE id = ?', id) !== null;
  }

  ids(): ChunkId[] {
    return idsOf(this.#sql.all('SELECT id FROM gaussianChunks'));
  }

  remove(ids: readonly ChunkId[]): void {
    this.#sql.transaction(() => ids.forEach((id) => this.#sql.run('DELETE FROM gaussianChunks WHERE id = ?', id)));
  }
}

const idsOf = (rows: readonly Record<string, unknown>[]): ChunkId[] => rows.map(({ id }) => String(id));
