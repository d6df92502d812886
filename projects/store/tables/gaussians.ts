// Statements of the table `gaussianChunks`: the splat files of frames. They go with the points they were made from.

import type { GaussianChunk, RunId } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export class GaussiansTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Adds a chunk whose file exists; it takes the place of an older one of the same points.
   * @returns ids whose files the caller deletes after the transaction
   */
  put({ id, frameId, sourceChunkId, count }: GaussianChunk): string[] {
    return this.#sql.transaction(() => {
      const replaced = this.#sql.all('DELETE FROM gaussianChunks WHERE frameId = ? RETURNING id', frameId);
      this.#sql.run(
        'INSERT INTO gaussianChunks (id, frameId, sourceChunkId, count) VALUES (?, ?, ?, ?)',
        id,
        frameId,
        sourceChunkId,
        count,
      );
      return replaced.map((row) => String(row.id));
    });
  }

  /** In the order of the run's steps. */
  list(runId: RunId): GaussianChunk[] {
    return this.#sql.all(
      `SELECT gaussianChunks.* FROM gaussianChunks JOIN frames ON frames.id = gaussianChunks.frameId
       WHERE frames.runId = ? ORDER BY frames.stepIdx`,
      runId,
    ) as unknown as GaussianChunk[];
  }

  has(id: string): boolean {
    return this.#sql.get('SELECT 1 FROM gaussianChunks WHERE id = ?', id) !== null;
  }

  ids(): string[] {
    return this.#sql.all('SELECT id FROM gaussianChunks').map(({ id }) => String(id));
  }

  remove(ids: readonly string[]): void {
    this.#sql.transaction(() => ids.forEach((id) => this.#sql.run('DELETE FROM gaussianChunks WHERE id = ?', id)));
  }
}
