// A world with a bare patch on its wall: photos alone tell no depth there, a prediction does where it fits what is confirmed.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anchored } from '../../../../../models/geometry/dense/anchored.ts';
import { Dense, type DepthPrior } from '../../../../../models/geometry/dense/dense.ts';
import { createDepthWork } from '../../../../../models/geometry/dense/depth-work.ts';
import type { SparsePoint } from '../../../../../models/geometry/dense/neighbours.ts';
import { pinhole, projectPoint, rayThroughPixel } from '../../../../../projects/format/intrinsics.ts';
import { inverse, transformPoint, type Sim3, type Vec3 } from '../../../../../projects/format/sim3.ts';
import type { PointMap } from '../../../../../models/run/reconstructor.ts';
import { renderScene } from '../../../../support/textured-scene.ts';

const camera = pinhole(160, 120, 150);
const poses = [0, 0.35, -0.35, 0.7, -0.7].map((x, i): Sim3 => ({
  rotation: [0, Math.sin(-x / 12), 0, Math.cos(-x / 12)],
  translation: [x, 0.1 * (i % 2), 0],
  scale: 1,
}));
const names = poses.map((_, i) => `photo${i}`);
/** Lower and upper limits of the patch on the wall, in x and y of the world. */
const patch = { x: [0.9, 1.9], y: [-1.2, -0.3] } as const;

const placeOf = (pose: Sim3, column: number, row: number, z: number): Vec3 => {
  const [x, y] = rayThroughPixel(camera, column + 0.5, row + 0.5);
  return transformPoint(pose, [x * z, y * z, z]);
};

/** A photo of the world in which one patch of the wall has no texture. */
function shot(pose: Sim3) {
  const { image, depth, planeIdx } = renderScene(camera, pose);
  const bare = depth.map((z, i) => {
    const [x, y] = placeOf(pose, i % 160, Math.floor(i / 160), z);
    const inside = x > patch.x[0] && x < patch.x[1] && y > patch.y[0] && y < patch.y[1];
    return planeIdx[i] === 0 && inside ? 1 : 0;
  });
  bare.forEach((is, i) => {
    if (is) image.data.fill(150, 3 * i, 3 * i + 3);
  });
  return { image, depth, bare };
}

const shots = poses.map(shot);

function sparsePoints(): SparsePoint[] {
  const points: SparsePoint[] = [];
  for (let row = 4; row < 120; row += 12)
    for (let column = 4; column < 160; column += 12) {
      const i = row * 160 + column;
      if (shots[0].bare[i]) continue;
      const position = placeOf(poses[0], column, row, shots[0].depth[i]);
      const seenBy = poses.flatMap((pose, k) => {
        const at = projectPoint(camera, transformPoint(inverse(pose), position));
        return at && at[0] > 0 && at[1] > 0 && at[0] < 160 && at[1] < 120 ? [names[k]] : [];
      });
      points.push({ position, seenBy });
    }
  return points;
}

/** @param hintOf what is predicted of the photo at this place; null: nothing */
function denseWith(hintOf: (idx: number) => DepthPrior | null): Dense {
  const dense = new Dense(createDepthWork({ providers: [] }));
  poses.forEach((worldFromCamera, i) => {
    const read = async () => shots[i].image;
    dense.setView({ photoId: names[i], read, intrinsics: camera, worldFromCamera, hint: async () => hintOf(i) });
  });
  dense.setPoints(sparsePoints());
  return dense;
}

/** True depth with a factor that changes slowly over the picture and from photo to photo, at a scale of its own. */
const nearlyTrue =
  (idx: number): DepthPrior =>
  () =>
    shots[idx].depth.map((z, i) => {
      const [u, v] = [(i % 160) / 160, Math.floor(i / 160) / 120];
      return 0.37 * z * Math.exp(0.12 * Math.sin(2.5 * u + idx) + 0.1 * Math.cos(2 * v - idx));
    });

const depthAt = ({ positions }: PointMap, i: number): number => positions[3 * i + 2];

/** Of the bare pixels of the first photo. */
function judge(map: PointMap) {
  const { bare, depth } = shots[0];
  const pixels = [...bare.keys()].filter((i) => bare[i]);
  const errors = pixels.flatMap((i) => (depthAt(map, i) > 0 ? [Math.abs(depthAt(map, i) / depth[i] - 1)] : []));
  errors.sort((a, b) => a - b);
  return { share: errors.length / pixels.length, ninetieth: errors[Math.floor(0.9 * errors.length)] ?? NaN };
}

describe('a bare patch on a wall', () => {
  let dense: Dense;
  let alone: PointMap;
  beforeAll(async () => {
    dense = denseWith(nearlyTrue);
    alone = (await dense.final('photo0'))!;
  });
  afterAll(() => dense.dispose());

  test('a nearly true prediction fills what photos alone leave open, and changes nothing else', async () => {
    const before = judge(alone);
    const map = (await dense.filled('photo0'))!;
    const after = judge(map);
    expect(before.share).toBeLessThan(0.75);
    expect(after.share).toBeGreaterThan(before.share + 0.2);
    // The prediction's own error is up to a fifth; what surrounds the patch takes nearly all of it away.
    expect(after.ninetieth).toBeLessThan(0.02);
    for (let i = 0; i < 160 * 120; i++)
      if (depthAt(alone, i) > 0) expect(depthAt(map, i)).toBeCloseTo(depthAt(alone, i), 6);
  });

  test('what is filled is less sure than what photos confirm, and still confident', async () => {
    const map = (await dense.filled('photo0'))!;
    const mean = (pick: (i: number) => boolean): number => {
      const chosen = [...map.confidences.keys()].filter((i) => depthAt(map, i) > 0 && pick(i));
      return chosen.reduce((sum, i) => sum + map.confidences[i], 0) / chosen.length;
    };
    const added = mean((i) => !(depthAt(alone, i) > 0));
    expect(added).toBeGreaterThanOrEqual(0.5);
    expect(added).toBeLessThan(mean((i) => depthAt(alone, i) > 0) - 0.05);
  });
});

test('a prediction that does not fit its surroundings fills nothing', async () => {
  let state = 7;
  const noise = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  const dense = denseWith((idx) => () => shots[idx].depth.map((z) => z * Math.exp(noise() - 0.5)));
  const [alone, map] = [(await dense.final('photo0'))!, (await dense.filled('photo0'))!];
  expect(judge(map).share).toBeLessThan(judge(alone).share + 0.02);
  await dense.dispose();
});

test('without a prediction the points are those of the sweep', async () => {
  const dense = denseWith(() => null);
  const [alone, map] = [(await dense.final('photo0'))!, (await dense.filled('photo0'))!];
  expect(map.positions).toEqual(alone.positions);
  await dense.dispose();
});

describe('laying a prediction onto what is confirmed', () => {
  const [width, height] = [60, 40];
  /** A near surface on the left, a far one on the right, the middle columns unknown. */
  const truth = Float32Array.from({ length: width * height }, (_, i) => (i % width < 30 ? 2 : 5));
  const confirmed = truth.map((z, i) => (Math.abs((i % width) - 30) < 3 ? NaN : z));

  test('each surface takes the factor of its own surroundings', () => {
    const predicted = truth.map((z) => (z === 2 ? 0.9 : 3.1));
    const depth = anchored(confirmed, predicted, width, height);
    const row = 20 * width;
    for (let column = 28; column < 33; column++) expect(depth[row + column]).toBeCloseTo(truth[row + column], 1);
    expect(depth[row + 10]).toBeNaN();
  });

  test('where the prediction is flat across two surfaces, nothing is known of either', () => {
    const depth = anchored(confirmed, new Float32Array(truth.length).fill(1), width, height);
    for (let column = 28; column < 32; column++) expect(depth[20 * width + column]).toBeNaN();
  });

  test('nothing confirmed, or nothing predicted, is nothing', () => {
    const none = new Float32Array(truth.length).fill(NaN);
    expect(anchored(none, truth, width, height).every(Number.isNaN)).toBe(true);
    expect(anchored(confirmed, none, width, height).every(Number.isNaN)).toBe(true);
  });
});
