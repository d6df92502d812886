// One refinement of a run, from rows to rows: asks the engine, records poses before and after, moves the frames.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineProgressReport } from '../../contract/engine.ts';
import type { RefineRequest } from '../../contract/scene-requests.ts';
import { chunkPath, projectLayout } from '../../../projects/format/layout.ts';
import type { FramePose, Refinement, RefinementReport } from '../../../projects/format/refinement.ts';
import type { Frame, PhotoId, RunId } from '../../../projects/format/scene.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';
import type { Emitter } from '../emitter.ts';
import type { EngineClient } from '../engine-client.ts';
import { enginePhoto } from '../run/run-photos.ts';

export interface RefineOutcome {
  reports: RefinementReport[];
  /** null when nothing was moved. */
  refinement: Refinement | null;
  /** Frames that moved, as the rows have them now. */
  frames: Frame[];
}

/** @throws EngineGone, EngineRefusal, StudioFailure disk-full */
export async function refineRun(
  store: ProjectStore,
  emitter: Emitter,
  engine: EngineClient,
  runId: RunId,
  report: (progress: EngineProgressReport) => void,
): Promise<RefineOutcome> {
  const { reports, poses, chunks } = await engine.request('refine', refineRequest(store, runId), report);
  if (poses.length === 0 || !store.isOpen) return { reports, refinement: null, frames: [] };
  const moved = store.transaction(() => {
    const before = posesOf(store, runId, new Set(poses.map(({ photoId }) => photoId)));
    // What could be brought back so far is gone with the next line.
    const gone = store.refinedPoints.redoableIds(runId);
    const refinement = store.refinements.add(runId, { before, after: poses }, reports);
    const frames = writePoses(store, runId, poses);
    const points = store.commitStep({ runId, frames: [], chunks, refinementId: refinement.id });
    return { refinement, frames, points, unneeded: [...gone, ...points.unneeded] };
  });
  const { refinement, frames, points, unneeded } = moved;
  tellMoved(store, emitter, runId, frames);
  if (points.chunks.length > 0) emitter.emit('chunks.added', { chunks: points.chunks, replaced: points.replaced });
  // A file that stays is swept when the project is opened.
  for (const id of unneeded) await rm(join(store.folder, chunkPath(id)), { force: true }).catch(() => undefined);
  return { reports, refinement, frames };
}

/** Whether every placed frame of the run was there when it was last refined: then refining again brings nothing. */
export function isRefined(store: ProjectStore, runId: RunId): boolean {
  const newest = store.refinements.list(runId).at(-1);
  if (!newest) return false;
  const known = new Set(store.refinements.poses(newest.id).after.map(({ photoId }) => photoId));
  return store.frames.list(runId).every(({ status, photoId }) => status !== 'placed' || known.has(photoId));
}

/** Gives frames their poses; what else a row says stays. */
export function writePoses(store: ProjectStore, runId: RunId, poses: readonly FramePose[]): Frame[] {
  const byPhoto = new Map(poses.map((pose) => [pose.photoId, pose]));
  const drafts = store.frames.list(runId).flatMap((frame) => {
    const pose = byPhoto.get(frame.photoId);
    return pose && frame.status === 'placed' ? [{ ...frame, ...pose }] : [];
  });
  return store.frames.upsertMany(runId, drafts);
}

/** After the rows are there. */
export function tellMoved(store: ProjectStore, emitter: Emitter, runId: RunId, frames: Frame[]): void {
  if (frames.length > 0) emitter.emit('frames.changed', { frames });
  emitter.emit('refinements.changed', { refinements: store.refinements.list(runId) });
}

function posesOf(store: ProjectStore, runId: RunId, photoIds: ReadonlySet<PhotoId>): FramePose[] {
  return store.frames
    .list(runId)
    .flatMap(({ photoId, worldFromCamera, intrinsics }) =>
      photoIds.has(photoId) && worldFromCamera && intrinsics ? [{ photoId, worldFromCamera, intrinsics }] : [],
    );
}

/** Placed frames with points. One that an earlier refinement moved starts from where the method had put it. */
function refineRequest(store: ProjectStore, runId: RunId): RefineRequest {
  const points = new Map<string, string>();
  for (const { id, frameId, kind } of store.chunks.list(runId))
    if (kind === 'final') points.set(frameId, join(store.folder, chunkPath(id)));
  const given = givenPoses(store, runId);
  const frames = store.frames.list(runId).flatMap(({ id, photoId, status, submapIdx, worldFromCamera, intrinsics }) => {
    const pointsPath = points.get(id);
    if (status !== 'placed' || pointsPath === undefined || !worldFromCamera || !intrinsics) return [];
    if (store.photoFiles.isReplaced(photoId)) return [];
    const pose = given(photoId, { photoId, worldFromCamera, intrinsics });
    return [{ ...pose, submapIdx, pointsPath }];
  });
  const photos = frames.flatMap(({ photoId }) => {
    const photo = store.photos.byId(photoId);
    return photo ? [enginePhoto(store, photo)] : [];
  });
  const [cacheFolder, chunksFolder] = [projectLayout.cache, projectLayout.chunks].map((name) =>
    join(store.folder, name),
  );
  return { photos, frames, cacheFolder, chunksFolder };
}

/** Walks refinements back as long as a frame stands exactly where one of them has put it. */
function givenPoses(store: ProjectStore, runId: RunId): (photoId: PhotoId, now: FramePose) => FramePose {
  const applied = store.refinements.list(runId).filter(({ undone }) => !undone);
  const moves = applied.toReversed().map(({ id }) => {
    const { before, after } = store.refinements.poses(id);
    const beforeOf = new Map(before.map((pose) => [pose.photoId, pose]));
    return new Map(after.map((pose) => [pose.photoId, { after: pose, before: beforeOf.get(pose.photoId) }]));
  });
  return (photoId, now) => {
    let pose = now;
    for (const move of moves) {
      const { after, before } = move.get(photoId) ?? {};
      if (before && JSON.stringify(after?.worldFromCamera) === JSON.stringify(pose.worldFromCamera)) pose = before;
    }
    return pose;
  };
}
