// Dense depth of a small textured world whose depth is known exactly.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dense } from '../../../../../models/geometry/dense/dense.ts';
import { createDepthWork } from '../../../../../models/geometry/dense/depth-work.ts';
import type { SparsePoint } from '../../../../../models/geometry/dense/neighbours.ts';
import { StudioFailure } from '../../../../../projects/format/result.ts';
import { createDepthSweep, type DepthSweep } from '../../../../../models/geometry/dense/sweep.ts';
import { sweepView } from '../../../../../models/geometry/dense/view.ts';
import { pinhole, projectPoint, rayThroughPixel, type Intrinsics } from '../../../../../projects/format/intrinsics.ts';
import { inverse, transformPoint, type Sim3 } from '../../../../../projects/format/sim3.ts';
import type { PointMap } from '../../../../../models/run/reconstructor.ts';
import { openWorkers } from '../../../../../models/geometry/workers/work.ts';
import { renderScene } from '../../../../support/textured-scene.ts';

const straight = pinhole(160, 120, 150);
const bent: Intrinsics = { ...straight, k1: -0.12, k2: 0.03 };
const poses: Sim3[] = [0, 0.35, -0.35, 0.7, -0.7].map((x, i) => ({
  rotation: [0, Math.sin(-x / 12), 0, Math.cos(-x / 12)],
  translation: [x, 0.1 * (i % 2), 0],
  scale: 1,
}));

/** Points on the surfaces, seen by every photo whose picture they fall into. */
function sparsePoints(camera: Intrinsics): SparsePoint[] {
  const { depth } = renderScene(camera, poses[0]);
  const points: SparsePoint[] = [];
  for (let y = 4; y < 120; y += 12)
    for (let x = 4; x < 160; x += 12) {
      const ray = rayThroughPixel(camera, x + 0.5, y + 0.5);
      const z = depth[y * 160 + x];
      const position = transformPoint(poses[0], [ray[0] * z, ray[1] * z, z]);
      const seenBy = poses.flatMap((pose, i) => {
        const at = projectPoint(camera, transformPoint(inverse(pose), position));
        return at && at[0] > 0 && at[1] > 0 && at[0] < 160 && at[1] < 120 ? [`photo${i}`] : [];
      });
      points.push({ position, seenBy });
    }
  return points;
}

const here = () => createDepthWork({ providers: [] });

function denseOf(camera: Intrinsics, work = here()): Dense {
  const dense = new Dense(work);
  poses.forEach((worldFromCamera, i) => {
    const { image } = renderScene(camera, worldFromCamera);
    dense.setView({ photoId: `photo${i}`, read: async () => image, intrinsics: camera, worldFromCamera });
  });
  dense.setPoints(sparsePoints(camera));
  return dense;
}

/** Share of cells with a point, median and 90th percentile of the relative depth error, largest ray error in pixels. */
function judge(map: PointMap, camera: Intrinsics, truth: Float32Array) {
  const errors: number[] = [];
  let rayErrorPx = 0;
  for (let i = 0; i < truth.length; i++) {
    const [x, y, z] = map.positions.subarray(i * 3, i * 3 + 3);
    if (!(z > 0) || map.confidences[i] < 0.5) continue;
    errors.push(Math.abs(z / truth[i] - 1));
    const at = projectPoint(camera, [x, y, z])!;
    rayErrorPx = Math.max(rayErrorPx, Math.hypot(at[0] - (i % 160) - 0.5, at[1] - Math.floor(i / 160) - 0.5));
  }
  errors.sort((a, b) => a - b);
  return {
    share: errors.length / truth.length,
    median: errors[errors.length >> 1],
    ninetieth: errors[Math.floor(errors.length * 0.9)],
    rayErrorPx,
  };
}

describe.each([
  ['a pinhole', straight],
  ['a lens with distortion', bent],
] as const)('photos through %s', (_, camera) => {
  let dense: Dense;
  let map: PointMap;
  beforeAll(async () => {
    dense = denseOf(camera);
    map = (await dense.final('photo0'))!;
  });
  afterAll(() => dense.dispose());

  test('most of the picture gets a depth within a few tenths of a percent', () => {
    const result = judge(map, camera, renderScene(camera, poses[0]).depth);
    // Noise-free pictures 160 px wide, baselines of 0.35 to 0.7 at depth 4 to 6: a tenth of a pixel is 0.4 % of the depth.
    expect(result.share).toBeGreaterThan(0.6);
    expect(result.median).toBeLessThan(0.004);
    expect(result.ninetieth).toBeLessThan(0.015);
  });

  test('every point lies on the ray of its cell', () => {
    expect(judge(map, camera, renderScene(camera, poses[0]).depth).rayErrorPx).toBeLessThan(0.01);
  });

  test('normals of the box front face the camera', () => {
    // The middle of the picture shows the box, whose normal is the camera's axis.
    const at = (60 * 160 + 75) * 3;
    expect(map.normals![at + 2]).toBeLessThan(-0.95);
  });
});

test('worker threads give the same points, whatever the order of the photos', async () => {
  const alone = denseOf(straight);
  const workers = await openWorkers(2, { providers: [] });
  const shared = denseOf(straight, workers.depth);
  shared.prepare(['photo2']);
  const [second, first] = await Promise.all([shared.final('photo1'), shared.final('photo0')]);
  expect(first!.positions).toEqual((await alone.final('photo0'))!.positions);
  expect(second!.positions).toEqual((await alone.final('photo1'))!.positions);
  expect((await shared.final('photo2'))!.colors).toEqual((await alone.final('photo2'))!.colors);
  expect(workers.depth.providerLine).toMatch(/^CPU, 1 thread/);
  // What rested works again when it is asked.
  await shared.dispose();
  const again = denseOf(straight, workers.depth);
  expect((await again.final('photo0'))!.positions).toEqual(first!.positions);
  await Promise.all([alone.dispose(), workers.dispose()]);
});

test('with room for two photos only, the points are the same bit by bit', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'dense-')), 'depth');
  let reads = 0;
  const narrow = new Dense(here(), { folder, mostHeld: 2 });
  poses.forEach((worldFromCamera, i) => {
    const { image } = renderScene(straight, worldFromCamera);
    const read = async () => {
      reads++;
      return image;
    };
    narrow.setView({ photoId: `photo${i}`, read, intrinsics: straight, worldFromCamera });
  });
  narrow.setPoints(sparsePoints(straight));
  const wide = denseOf(straight);
  for (const i of [0, 3, 1, 4, 2, 0]) {
    const map = (await narrow.final(`photo${i}`))!;
    expect(map.positions).toEqual((await wide.final(`photo${i}`))!.positions);
  }
  // Pictures were let go and read again; depth came back from the disk, or it would have been swept with ever more reads.
  expect(reads).toBeGreaterThan(poses.length);
  await Promise.all([narrow.dispose(), wide.dispose()]);
  expect(await readdir(dirname(folder))).toEqual([]);
  await rm(dirname(folder), { recursive: true });
});

test('photos of many sizes are matched with each other', async () => {
  const cameras = [160, 152, 144, 136, 128].map((width) => pinhole(width, Math.round(width * 0.75), width * 0.94));
  const dense = new Dense(here());
  poses.forEach((worldFromCamera, i) => {
    const { image } = renderScene(cameras[i], worldFromCamera);
    dense.setView({ photoId: `photo${i}`, read: async () => image, intrinsics: cameras[i], worldFromCamera });
  });
  dense.setPoints(sparsePoints(straight));
  const maps = await Promise.all(poses.map((_, i) => dense.final(`photo${i}`)));
  expect(maps.map((map) => map!.gridWidthPx)).toEqual([160, 152, 144, 136, 128]);
  const points = maps.map((map) => map!.confidences.filter((c) => c >= 0.5).length / map!.confidences.length);
  for (const share of points) expect(share).toBeGreaterThan(0.4);
  await dense.dispose();
});

test('a photo that moved gets a new depth, one that did not keeps it', async () => {
  const dense = denseOf(straight);
  const before = (await dense.final('photo0'))!;
  const { image } = renderScene(straight, poses[0]);
  const view = { photoId: 'photo0', read: async () => image, intrinsics: straight, worldFromCamera: poses[0] };
  dense.setView(view);
  expect((await dense.final('photo0'))!.positions).toEqual(before.positions);
  dense.setView({ ...view, worldFromCamera: { ...poses[0], translation: [0, 0.02, 0] } });
  expect((await dense.final('photo0'))!.positions).not.toEqual(before.positions);
  await dense.dispose();
});

test('a photo without neighbours or common points has no depth instead of an invented one', async () => {
  const dense = denseOf(straight);
  dense.setPoints([]);
  expect(await dense.final('photo0')).toBeNull();
  expect(await dense.final('nobody')).toBeNull();
  await dense.dispose();
});

test('photos from one place have no parallax and give no depth', async () => {
  const dense = new Dense(here());
  const { image } = renderScene(straight, poses[0]);
  for (const photoId of ['a', 'b', 'c'])
    dense.setView({ photoId, read: async () => image, intrinsics: straight, worldFromCamera: poses[0] });
  dense.setPoints(sparsePoints(straight).map((point) => ({ ...point, seenBy: ['a', 'b', 'c'] })));
  expect(await dense.final('a')).toBeNull();
  await dense.dispose();
});

describe('a band around a given depth', () => {
  let sweep: DepthSweep;
  beforeAll(() => {
    sweep = createDepthSweep({ providers: [] });
  });
  afterAll(() => sweep.rest());

  test('a prior three percent off is corrected, and holes stay holes', async () => {
    const views = poses.map((pose, i) => sweepView(`photo${i}`, renderScene(straight, pose).image, straight, pose));
    const { depth } = renderScene(straight, poses[0]);
    const prior = depth.map((d, i) => (i % 160 < 20 ? NaN : d * 1.03));
    const map = await sweep.depthNear(views[0], views.slice(1), prior, 0.05);
    const errors: number[] = [];
    for (let i = 0; i < depth.length; i++) {
      if (i % 160 < 20) expect(map.depth[i]).toBeNaN();
      else if (map.confidence[i] > 0.5) errors.push(Math.abs(map.depth[i] / depth[i] - 1));
    }
    errors.sort((a, b) => a - b);
    expect(errors.length).toBeGreaterThan(0.5 * depth.length);
    expect(errors[errors.length >> 1]).toBeLessThan(0.005);
  });
});

test('where the file of a neighbour is gone, the others do; the photo itself then has no points', async () => {
  const dense = new Dense(here());
  poses.forEach((worldFromCamera, i) => {
    const { image } = renderScene(straight, worldFromCamera);
    const read = async () => {
      if (i === 1) throw new StudioFailure('photo-missing', { name: 'b.jpg' });
      return image;
    };
    dense.setView({ photoId: `photo${i}`, read, intrinsics: straight, worldFromCamera });
  });
  dense.setPoints(sparsePoints(straight));
  const map = (await dense.final('photo0'))!;
  const share = map.confidences.filter((c) => c >= 0.5).length / map.confidences.length;
  // With all neighbours it is about two thirds.
  expect(share).toBeGreaterThan(0.4);
  expect(await dense.final('photo1')).toBeNull();
  await dense.dispose();
});
