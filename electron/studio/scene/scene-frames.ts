// The visible scene of the newest run as the engine needs it: placed frames, their files, and the edits that touch them.

import { join } from 'node:path';
import type { LanguageFiles, SceneFrame } from '../../contract/scene-requests.ts';
import { locatedCameras, upOfScene } from '../../../projects/format/gravity.ts';
import { chunkPath, codebookPath } from '../../../projects/format/layout.ts';
import { encodeRows, type RowBits } from '../../../projects/format/row-set.ts';
import type { Frame, PointChunk } from '../../../projects/format/scene.ts';
import type { Vec3 } from '../../../projects/format/sim3.ts';
import type { ModelCatalog } from '../model-catalog.ts';
import type { Session } from '../session.ts';

/** Frames of the largest submap that have points and are not hidden, in run order. Submaps do not share a world. */
export function sceneFrames({ store, scene, folder }: Session): SceneFrame[] {
  const run = store.shownRun();
  if (!run) return [];
  const points = new Map<string, PointChunk>();
  for (const chunk of store.chunks.list(run.id)) if (chunk.kind !== 'inferred') points.set(chunk.frameId, chunk);
  const gaussians = new Map(store.gaussians.list(run.id).map((chunk) => [chunk.frameId, chunk]));
  const placed = store.frames.list(run.id).filter((frame) => frame.status === 'placed');
  const largest = largestSubmap(placed);
  const frames: SceneFrame[] = [];
  for (const { id, photoId, worldFromCamera, intrinsics, submapIdx } of placed) {
    const chunk = points.get(id);
    const hidden = scene.hiddenFrameIds.has(id) || scene.excludedPhotoIds.has(photoId);
    if (!chunk || !worldFromCamera || !intrinsics || submapIdx !== largest || hidden) continue;
    const made = gaussians.get(id);
    frames.push({
      frameId: id,
      photoId,
      worldFromCamera,
      intrinsics,
      pointsId: chunk.id,
      pointsPath: join(folder, chunkPath(chunk.id)),
      gaussians: made ? { id: made.id, path: join(folder, chunkPath(made.fileId)) } : null,
      deletedBoxes: scene.deletedBoxes.get(id) ?? [],
      goneSplats: rowsAsText(made && scene.goneRows.get(made.id)),
    });
  }
  return frames;
}

/** What the installed language pack has made of the newest run; null without a pack or without its codebook. */
export async function languageFiles({ store, folder }: Session, models: ModelCatalog): Promise<LanguageFiles | null> {
  const run = store.shownRun();
  const pack = await models.languagePack();
  if (!run || !pack) return null;
  const frameOf = new Map(store.gaussians.list(run.id).map(({ id, frameId }) => [id, frameId]));
  const features = store.splatFeatures.list(run.id, pack.id);
  return {
    packFolder: pack.folder,
    codebookPath: join(folder, codebookPath(run.id, pack.id)),
    featurePaths: Object.fromEntries(
      features.map(({ id, gaussianId }) => [frameOf.get(gaussianId) ?? '', join(folder, chunkPath(id))]),
    ),
  };
}

/** The direction the user gave, or the one that cameras and GPS tell. */
export function sceneUp({ scene, photos }: Session, frames: readonly SceneFrame[]): Vec3 {
  return scene.upInWorld ?? upOfScene(locatedCameras(frames, photos)) ?? [0, -1, 0];
}

const rowsAsText = (bits: RowBits | undefined): string | null => (bits ? encodeRows(bits) : null);

function largestSubmap(frames: readonly Frame[]): number {
  const sizes = new Map<number, number>();
  for (const { submapIdx } of frames) sizes.set(submapIdx, (sizes.get(submapIdx) ?? 0) + 1);
  return [...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}
