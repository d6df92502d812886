// Statements of the table `splatFeatures`: learned codes of a frame's splats, one file for each language pack.

import type { RunId } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export interface SplatFeatures {
  id: string;
  gaussianId: string;
  modelId: string;
}

export class SplatFeaturesTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** @returns ids whose files the caller deletes after the transaction */
  put({ id, gaussianId, modelId }: SplatFeatures): string[] {
    return this.#sql.transaction(() => {
      const replaced = this.#sql.all(
        'DELETE FROM splatFeatures WHERE gaussianId = ? AND modelId = ? RETURNING id',
        gaussianId,
        modelId,
      );
      this.#sql.run('INSERT INTO splatFeatures (id, gaussianId, modelId) VALUES (?, ?, ?)', id, gaussianId, modelId);
      return replaced.map((row) => String(row.id));
    });
  }

  list(runId: RunId, modelId: string): SplatFeatures[] {
    return this.#sql.all(
      `SELECT splatFeatures.* FROM splatFeatures
       JOIN gaussianChunks ON gaussianChunks.id = splatFeatures.gaussianId
       JOIN frames ON frames.id = gaussianChunks.frameId
       WHERE frames.runId = ? AND splatFeatures.modelId = ?`,
      runId,
      modelId,
    ) as unknown as SplatFeatures[];
  }

  ids(): string[] {
    return this.#sql.all('SELECT id FROM splatFeatures').map(({ id }) => String(id));
  }

  remove(ids: readonly string[]): void {
    this.#sql.transaction(() => ids.forEach((id) => this.#sql.run('DELETE FROM splatFeatures WHERE id = ?', id)));
  }
}
