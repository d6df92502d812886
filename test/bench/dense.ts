// Dense depth of a synthetic scene against its floor, bare bilinear reading of as many samples, and on threads against one thread, in one run.

import { availableParallelism } from 'node:os';
import { Dense } from '../../models/geometry/dense/dense.ts';
import type { SparsePoint } from '../../models/geometry/dense/neighbours.ts';
import { openLocalWork, openWorkers } from '../../models/geometry/workers/work.ts';
import { createDepthSweep } from '../../models/geometry/dense/sweep.ts';
import { sweepView, type SweepView } from '../../models/geometry/dense/view.ts';
import { pinhole, projectPoint, rayThroughPixel } from '../../projects/format/intrinsics.ts';
import { inverse, transformPoint, type Sim3 } from '../../projects/format/sim3.ts';
import { renderScene } from '../support/textured-scene.ts';
import type { BenchRow } from './row.ts';

const camera = pinhole(320, 240, 300);
const poses: Sim3[] = Array.from({ length: 9 }, (_, i) => ({
  rotation: [0, Math.sin((4 - i) / 30), 0, Math.cos((4 - i) / 30)],
  translation: [(i - 4) * 0.4, 0.1 * (i % 2), 0],
  scale: 1,
}));

export async function run(): Promise<BenchRow[]> {
  const photos = poses.map((pose) => renderScene(camera, pose));
  const views = photos.map(({ image }, i) => sweepView(`photo${i}`, image, camera, poses[i]));
  const sweep = createDepthSweep({ providers: [], threads: 1 });
  const neighbours = [views[3], views[5], views[2], views[6]];
  const range = { near: 2.5, far: 9 };
  const depthOf = (): Promise<unknown> => sweep.depthOf(views[4], neighbours, range);
  await depthOf();
  // Best of five: other work on the machine only adds.
  let sweepMs = Infinity;
  let floorMs = Infinity;
  for (let round = 0; round < 5; round++) {
    sweepMs = Math.min(sweepMs, await cpuMsOf(depthOf));
    floorMs = Math.min(floorMs, await cpuMsOf(async () => readBare(views[3])));
  }
  await sweep.rest();
  const points = sparsePoints(photos[4].depth);
  const alone = await wallMsOfAll(0, photos, points);
  const threads = Math.min(2, availableParallelism());
  const together = await wallMsOfAll(threads, photos, points);
  return [
    {
      name: 'Dense depth of a photo, processor time',
      value: sweepMs,
      target: '≤ 500',
      unit: 'ms',
      ok: sweepMs <= 500,
      note: '320 × 240, four neighbours, coarse to fine, one thread, best of five',
    },
    {
      name: 'Dense depth against bare bilinear reading of its samples',
      value: sweepMs / floorMs,
      target: null,
      unit: '×',
      ok: true,
      note: `${(samples / 1e6).toFixed(1)} million samples in a plain loop take ${floorMs.toFixed(0)} ms`,
    },
    {
      name: `Dense depth of nine photos, one thread against ${threads} workers`,
      value: alone / together,
      target: null,
      unit: '×',
      ok: true,
      note: `${(together / 9).toFixed(0)} ms a photo with workers, start included`,
    },
  ];
}

/** 48 planes of a quarter of the pixels and 8 of all of them, in four neighbours. */
const samples = 4 * (48 * 160 * 120 + 8 * 320 * 240);

/** The least that a sweep must do: read that many values between pixels. */
function readBare({ grey, camera: { widthPx, heightPx } }: SweepView): number {
  let sum = 0;
  for (let n = 0; n < samples; n++) {
    const x = (n % (widthPx - 2)) + 0.3;
    const y = ((n >> 8) % (heightPx - 2)) + 0.6;
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const i = y0 * widthPx + x0;
    const top = grey[i] + (grey[i + 1] - grey[i]) * (x - x0);
    const bottom = grey[i + widthPx] + (grey[i + widthPx + 1] - grey[i + widthPx]) * (x - x0);
    sum += top + (bottom - top) * (y - y0);
  }
  return sum;
}

async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function wallMsOfAll(
  workers: number,
  photos: readonly ReturnType<typeof renderScene>[],
  points: readonly SparsePoint[],
): Promise<number> {
  const options = { providers: [], threads: 1 };
  const work = workers > 0 ? await openWorkers(workers, options) : await openLocalWork(options);
  const dense = new Dense(work.depth);
  photos.forEach(({ image }, i) =>
    dense.setView({ photoId: `photo${i}`, read: async () => image, intrinsics: camera, worldFromCamera: poses[i] }),
  );
  dense.setPoints(points);
  const startedAtMs = performance.now();
  for (let i = 0; i < poses.length; i++) await dense.final(`photo${i}`);
  const ms = performance.now() - startedAtMs;
  await dense.dispose();
  await work.dispose();
  return ms;
}

/** Points on the surfaces of the middle photo, seen by all photos whose picture holds them. */
function sparsePoints(depth: Float32Array): SparsePoint[] {
  const points: SparsePoint[] = [];
  for (let y = 8; y < 240; y += 12)
    for (let x = 8; x < 320; x += 12) {
      const ray = rayThroughPixel(camera, x + 0.5, y + 0.5);
      const z = depth[y * 320 + x];
      const position = transformPoint(poses[4], [ray[0] * z, ray[1] * z, z]);
      const seenBy = poses.flatMap((pose, i) => {
        const at = projectPoint(camera, transformPoint(inverse(pose), position));
        return at && at[0] > 0 && at[1] > 0 && at[0] < 320 && at[1] < 240 ? [`photo${i}`] : [];
      });
      points.push({ position, seenBy });
    }
  return points;
}
