// Statements of the table `frames`: what became of one photo in one run.

import type { Frame, FrameId, PhotoId, RunId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

/** A frame as the run loop knows it; the table gives it an id, or keeps the one this photo has in this run. */
export type FrameDraft = Omit<Frame, 'id' | 'runId' | 'reason'> & Partial<Pick<Frame, 'reason'>>;

export class FramesTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Adds frames, or overwrites those of the same photo, in one transaction. */
  upsertMany(runId: RunId, drafts: readonly FrameDraft[]): Frame[] {
    return this.#sql.transaction(() => drafts.map((draft) => this.#upsert(runId, draft)));
  }

  #upsert(runId: RunId, draft: FrameDraft): Frame {
    const reason = draft.reason ?? null;
    const row = this.#sql.get(
      `INSERT INTO frames (id, runId, photoId, stepIdx, status, submapIdx, worldFromCamera, intrinsics, confidence, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (runId, photoId) DO UPDATE SET stepIdx = excluded.stepIdx, status = excluded.status,
         submapIdx = excluded.submapIdx, worldFromCamera = excluded.worldFromCamera,
         intrinsics = excluded.intrinsics, confidence = excluded.confidence,
         reason = excluded.reason
       RETURNING id`,
      crypto.randomUUID(),
      runId,
      draft.photoId,
      draft.stepIdx,
      draft.status,
      draft.submapIdx,
      draft.worldFromCamera && JSON.stringify(draft.worldFromCamera),
      draft.intrinsics && JSON.stringify(draft.intrinsics),
      draft.confidence,
      reason,
    );
    return { ...draft, reason, id: String(row?.id), runId };
  }

  /** In the order of the steps. */
  list(runId: RunId): Frame[] {
    return this.#sql.all('SELECT * FROM frames WHERE runId = ? ORDER BY stepIdx, rowid', runId).map(frameOf);
  }

  byId(id: FrameId): Frame | null {
    const row = this.#sql.get('SELECT * FROM frames WHERE id = ?', id);
    return row && frameOf(row);
  }

  ofPhoto(runId: RunId, photoId: PhotoId): Frame | null {
    const row = this.#sql.get('SELECT * FROM frames WHERE runId = ? AND photoId = ?', runId, photoId);
    return row && frameOf(row);
  }
}

function frameOf(row: SqlRow): Frame {
  const json = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null);
  return {
    ...row,
    worldFromCamera: json(row.worldFromCamera),
    intrinsics: json(row.intrinsics),
  } as unknown as Frame;
}
