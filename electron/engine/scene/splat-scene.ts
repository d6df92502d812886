// All splats of a scene in memory, as questions need them: world positions, codes, and coarse depth of every photo.

import type { SceneFrame } from '../../contract/scene-requests.ts';
import type { SceneSplats } from '../../../models/language/answer.ts';
import { noFeature } from '../../../projects/format/gaussian-chunk.ts';
import type { ChunkId } from '../../../projects/format/scene.ts';
import { matrixFromQuaternion } from '../../../projects/format/sim3.ts';
import { goneTest } from './gone-splats.ts';
import { readGaussians, readPoints } from './scene-files.ts';

/** Depth grid of a photo, coarse: enough to tell whether something stood in front. */
export interface CoarseDepth {
  widthPx: number;
  heightPx: number;
  /** Farthest depth seen in each cell, 0 where nothing was: a thing behind all of it is hidden. */
  farthest: Float32Array;
}

export interface SplatScene extends SceneSplats {
  frames: readonly SceneFrame[];
  chunkIds: ChunkId[];
  /** First splat of each frame; one more entry than frames. */
  starts: number[];
  depths: CoarseDepth[];
}

const coarseWidth = 64;

let held: { key: string; scene: SplatScene } | null = null;

/** The scene of these frames; the last one is kept, since questions come in rows. Frames without splats are left out. */
export async function loadScene(all: readonly SceneFrame[]): Promise<SplatScene> {
  const frames = all.filter(({ gaussians }) => gaussians !== null);
  const key = JSON.stringify(
    frames.map(({ gaussians, worldFromCamera, deletedBoxes, goneSplats }) => [
      gaussians?.path,
      worldFromCamera,
      deletedBoxes,
      goneSplats,
    ]),
  );
  if (held?.key === key) return held.scene;
  held = null;
  const columns = await Promise.all(frames.map(({ gaussians }) => readGaussians(gaussians?.path ?? '')));
  const count = columns.reduce((sum, { count: n }) => sum + n, 0);
  const positions = new Float32Array(3 * count);
  const featureIdx = new Uint16Array(count);
  const starts = [0];
  columns.forEach(({ means, featureIdx: codes, count: n }, f) => {
    const start = starts[f];
    const { worldFromCamera } = frames[f];
    const { scale: s, translation: t } = worldFromCamera;
    const r = matrixFromQuaternion(worldFromCamera.rotation).map((value) => value * s);
    for (let i = 0; i < n; i++) {
      const [x, y, z] = [means[3 * i], means[3 * i + 1], means[3 * i + 2]];
      const o = 3 * (start + i);
      positions[o] = r[0] * x + r[1] * y + r[2] * z + t[0];
      positions[o + 1] = r[3] * x + r[4] * y + r[5] * z + t[1];
      positions[o + 2] = r[6] * x + r[7] * y + r[8] * z + t[2];
    }
    featureIdx.set(codes, start);
    const isGone = goneTest(frames[f], means);
    if (isGone) for (let i = 0; i < n; i++) if (isGone(i)) featureIdx[start + i] = noFeature;
    starts.push(start + n);
  });
  const depths = await Promise.all(frames.map(coarseDepth));
  const chunkIds = frames.map(({ gaussians }) => gaussians?.id ?? '');
  held = { key, scene: { count, positions, featureIdx, frames, chunkIds, starts, depths } };
  return held.scene;
}

async function coarseDepth({ pointsPath }: SceneFrame): Promise<CoarseDepth> {
  const { count, pixels, positions, gridWidthPx, gridHeightPx } = await readPoints(pointsPath);
  const cell = gridWidthPx / coarseWidth;
  const heightPx = Math.max(1, Math.ceil(gridHeightPx / cell));
  const farthest = new Float32Array(coarseWidth * heightPx);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(pixels[2 * i + 1] / cell) * coarseWidth + Math.floor(pixels[2 * i] / cell);
    if (positions[3 * i + 2] > farthest[at]) farthest[at] = positions[3 * i + 2];
  }
  return { widthPx: coarseWidth, heightPx, farthest };
}
