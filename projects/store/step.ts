// What one answer of the engine brings to the project, and what it changed there.

import type { DepthChange, FirstBelief } from '../format/belief.ts';
import type { Bounds, ChunkId, Frame, PhotoId, PointChunk, RunId } from '../format/scene.ts';
import { StudioFailure } from '../format/result.ts';
import type { ProjectStore } from './project-store.ts';
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

/** Writes the rows of one step; inside a transaction of the caller's. */
export function committed(store: ProjectStore, step: StepDraft): CommittedStep {
  const frames = store.frames.upsertMany(step.runId, step.frames);
  const frameIds = new Map(frames.map(({ photoId, id }) => [photoId, id]));
  const replaced: ChunkId[] = [];
  const forgotten: ChunkId[] = [];
  const chunks = step.chunks.map(({ id, photoId, kind, count, bounds }): PointChunk => {
    const frameId = frameIds.get(photoId) ?? store.frames.ofPhoto(step.runId, photoId)?.id;
    if (frameId === undefined) throw new StudioFailure('internal', { reason: 'points of a photo without a frame.' });
    const chunk = { id, frameId, count, bounds, kind };
    const before = store.chunks.ofFrame(frameId).find((other) => other.kind !== 'inferred');
    replaced.push(...store.chunks.put(chunk));
    if (step.refinementId === undefined) forgotten.push(...store.refinedPoints.forget(frameId));
    else if (before) store.refinedPoints.put(step.refinementId, { before, after: chunk });
    return chunk;
  });
  const { meeting, revises } = step;
  if (meeting) store.meetings.put(step.runId, meeting.stepIdx, meeting.photoId);
  const belief = revises && keepFirst(store, revises, frames);
  return {
    frames,
    chunks: chunks.filter(({ id }) => !replaced.includes(id)),
    replaced,
    unneeded: unneeded(store, [...replaced, ...forgotten]),
    beliefs: belief ? [belief] : [],
  };
}

const unneeded = ({ chunks, beliefs, refinedPoints }: ProjectStore, ids: readonly ChunkId[]): ChunkId[] =>
  [...new Set(ids)].filter((id) => !chunks.byId(id) && !beliefs.has(id) && !refinedPoints.has(id));

/** A first belief is kept when the answer to the second meeting has taken the place of its points. */
function keepFirst(
  store: ProjectStore,
  { first, depth }: NonNullable<StepDraft['revises']>,
  frames: readonly Frame[],
): FirstBelief | null {
  const now = frames.find(({ id }) => id === first.frameId);
  if (!now?.worldFromCamera || store.chunks.byId(first.points.id)) return null;
  const { worldFromCamera, confidence } = now;
  return store.beliefs.put({ ...first, revised: { worldFromCamera, confidence }, depth });
}
