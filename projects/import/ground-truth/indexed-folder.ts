// Ground truth by index: gt/trajectory_tum.txt, gt/intrinsics.json, depth/*.png in millimetres, frames.csv.

import { join } from 'node:path';
import * as v from 'valibot';
import type { GroundTruth } from '../../format/ground-truth.ts';
import type { Intrinsics } from '../../format/intrinsics.ts';
import { StudioFailure } from '../../format/result.ts';
import { readDepthPicture } from './depth-picture.ts';
import { namesIn, textOrNull } from './files.ts';
import { parseTumTrajectory } from './tum-trajectory.ts';

const camera = v.object({
  width: v.number(),
  height: v.number(),
  fx: v.number(),
  fy: v.number(),
  cx: v.number(),
  cy: v.number(),
  /** k1, k2 and more; the tangential terms are not used. */
  distortion: v.optional(v.array(v.number())),
});
const intrinsicsFile = v.union([
  v.object({ per_image: v.record(v.string(), camera) }),
  v.object({ ...camera.entries, depth_scale: v.optional(v.number()) }),
]);

/** Timestamps are indices in input order. Without frames.csv the pictures of `images` and `depth` count in name order. */
export async function readIndexedFolder(root: string): Promise<GroundTruth> {
  const gt = (name: string) => join(root, 'gt', name);
  const trajectory =
    (await textOrNull(gt('trajectory_tum.txt'))) ?? (await textOrNull(join(root, 'trajectory_tum.txt')));
  const poses = new Map(
    parseTumTrajectory(trajectory ?? '').map(({ timestampS, worldFromCamera }) => [
      Math.round(timestampS),
      worldFromCamera,
    ]),
  );
  const { images, depths } = await framesOf(root);
  const frameCount = Math.max(images.length, ...[...poses.keys()].map((i) => i + 1), 0);
  const facts = (await textOrNull(gt('intrinsics.json'))) ?? (await textOrNull(join(root, 'intrinsics.json')));
  const { intrinsics, unitsPerMetre } = facts === null ? noCamera : camerasOf(facts, images, frameCount);
  return {
    frameCount,
    poses,
    intrinsics,
    depthIdxs: [...depths.keys()],
    readDepth: async (orderIdx) => {
      const name = depths.get(orderIdx);
      return name === undefined ? null : readDepthPicture(join(root, 'depth', name), unitsPerMetre);
    },
  };
}

const noCamera = { intrinsics: new Map<number, Intrinsics>(), unitsPerMetre: 1000 };

async function framesOf(root: string): Promise<{ images: string[]; depths: Map<number, string> }> {
  const table = await textOrNull(join(root, 'frames.csv'));
  const depthNames = await namesIn(join(root, 'depth'), /\.png$/i);
  if (table === null)
    return {
      images: await namesIn(join(root, 'images'), /\.(jpe?g|png|webp|heic|tiff?)$/i),
      depths: new Map(depthNames.map((name, i) => [i, name])),
    };
  const [head, ...rows] = table.trim().split(/\r?\n/);
  const columns = head.split(',');
  const cell = (row: string[], name: string): string | undefined => row[columns.indexOf(name)];
  const images: string[] = [];
  const depths = new Map<number, string>();
  const onDisk = new Set(depthNames);
  rows.forEach((line, i) => {
    const row = line.split(',');
    const index = Number(cell(row, 'index') ?? i);
    images[index] = cell(row, 'image') ?? '';
    const depth = cell(row, 'depth');
    if (depth && onDisk.has(depth)) depths.set(index, depth);
  });
  return { images, depths: depths.size > 0 ? depths : new Map(depthNames.map((name, i) => [i, name])) };
}

function camerasOf(
  text: string,
  images: readonly string[],
  frameCount: number,
): { intrinsics: Map<number, Intrinsics>; unitsPerMetre: number } {
  let facts: v.InferOutput<typeof intrinsicsFile>;
  try {
    facts = v.parse(intrinsicsFile, JSON.parse(text));
  } catch (thrown) {
    throw new StudioFailure('ground-truth-unreadable', { reason: `intrinsics.json: ${(thrown as Error).message}` });
  }
  const intrinsics = new Map<number, Intrinsics>();
  for (let i = 0; i < frameCount; i++) {
    const found = 'per_image' in facts ? facts.per_image[images[i] ?? ''] : facts;
    if (!found) continue;
    const { width, height, fx, fy, cx, cy, distortion = [] } = found;
    const [k1 = 0, k2 = 0] = distortion;
    intrinsics.set(i, { widthPx: width, heightPx: height, fxPx: fx, fyPx: fy, cxPx: cx, cyPx: cy, k1, k2 });
  }
  return { intrinsics, unitsPerMetre: 'per_image' in facts ? 1000 : (facts.depth_scale ?? 1000) };
}
