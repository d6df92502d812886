// What one answer of the engine brings to the project, and what it changed there.

import type { DepthChange, FirstBelief } from '../format/belief.ts';
import type { Bounds, ChunkId, Frame, PhotoId, PointChunk, RunId } from '../format/scene.ts';
import type { FrameDraft } from './tables/frames.ts';

/** A chunk whose file exists, named by photo as the engine knows it. */
export interface ChunkDraft {
  id: ChunkId;
  photoId: PhotoId;
  kind: PointChunk['kind'];
  count: number;
  bounds: Bounds;
}

export interface StepDraft {
  runId: RunId;
  frames: readonly FrameDraft[];
  chunks: readonly ChunkDraft[];
  /** The step in which the state met a photo; absent when it met none. */
  meeting?: { stepIdx: number; photoId: PhotoId };
  /** The photo had been met before: what was believed of it at first, and how its depth has changed since. */
  revises?: { first: FirstBelief; depth: DepthChange | null };
  /** The chunks are what this refinement has made of those before, which are kept so that it can be taken back. */
  refinementId?: string;
}

/** What one answer of the engine changed. */
export interface CommittedStep {
  frames: Frame[];
  chunks: PointChunk[];
  /** Chunks that the new ones took the place of: their rows are gone. */
  replaced: ChunkId[];
  /** Those of them whose files nobody needs now: the caller's to delete. */
  unneeded: ChunkId[];
  /** New, or compared with another answer than before. */
  beliefs: FirstBelief[];
}
