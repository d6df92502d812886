// Optical flow between rendered photos whose true flow is known.

import { describe, expect, test } from 'vitest';
import type { Keypoints } from '../../../../../models/geometry/features/features.ts';
import { grayFromRgb } from '../../../../../models/geometry/features/gray-image.ts';
import { carryPoints, wantsFlow } from '../../../../../models/geometry/flow/carry.ts';
import { trackPatch } from '../../../../../models/geometry/flow/lucas-kanade.ts';
import { pyramidOf } from '../../../../../models/geometry/flow/pyramid.ts';
import { grown, withCarried } from '../../../../../models/geometry/run/carry-on.ts';
import type { RgbImage } from '../../../../../models/run/reconstructor.ts';
import { fundamentalEstimator } from '../../../../../models/geometry/two-view/fundamental.ts';
import { ransac } from '../../../../../models/geometry/two-view/ransac.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { centredPairs, type PairGeometry } from '../../../../../models/geometry/two-view/verify-pair.ts';
import { pinhole, projectPoint, rayThroughPixel } from '../../../../../projects/format/intrinsics.ts';
import { inverse, scaled, transformPoint, type Sim3 } from '../../../../../projects/format/sim3.ts';
import { renderScene } from '../../../../support/textured-scene.ts';

const [widthPx, heightPx] = [320, 240];
const camera = pinhole(widthPx, heightPx, 300);
const poses: [Sim3, Sim3] = [
  { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 },
  { rotation: [0, Math.sin(0.01), 0, Math.cos(0.01)], translation: [0.16, 0.03, 0.05], scale: 1 },
];
const [first, second] = poses.map((pose) => renderScene(camera, pose));

/** Where the surface under a pixel of the first photo is in the second; null where something hides it. */
function truth(x: number, y: number): { x: number; y: number } | null {
  const z = first.depth[Math.floor(y) * widthPx + Math.floor(x)];
  const inSecond = transformPoint(inverse(poses[1]), scaled(rayThroughPixel(camera, x, y), z));
  const [u, v] = projectPoint(camera, inSecond)!;
  if (!(u >= 0 && v >= 0 && u < widthPx && v < heightPx)) return null;
  const there = second.depth[Math.floor(v) * widthPx + Math.floor(u)];
  return Math.abs(there / inSecond[2] - 1) < 0.02 ? { x: u, y: v } : null;
}

function featuresAt(places: readonly (readonly [number, number])[]): Keypoints {
  const count = places.length;
  return {
    ...{ widthPx, heightPx, count, described: count },
    xPx: Float32Array.from(places, ([x]) => x),
    yPx: Float32Array.from(places, ([, y]) => y),
    scalePx: new Float32Array(count).fill(2),
    colors: Uint8Array.from({ length: 3 * count }, (_, k) => k % 251),
  };
}

/** Every 48 pixels a match that descriptors have found; in the first photo also a point every nine pixels. */
const coarse: [number, number][] = [];
for (let y = 24; y < heightPx; y += 48) for (let x = 24; x < widthPx; x += 48) if (truth(x, y)) coarse.push([x, y]);
const fine: [number, number][] = [];
for (let y = 10; y < heightPx - 8; y += 9) for (let x = 10; x < widthPx - 8; x += 9) fine.push([x + 0.3, y + 0.6]);
const a = featuresAt([...coarse, ...fine]);
const b = featuresAt(coarse.map(([x, y]): [number, number] => [truth(x, y)!.x, truth(x, y)!.y]));
const inliers = Int32Array.from(coarse.flatMap((_, k) => [k, k]));
const pairs = centredPairs(a, b, inliers);
const geometry = ransac(fundamentalEstimator(pairs, 1e-6), { random: seededRandom(1), maxIterations: 300 })!;
const pair: PairGeometry = { inliers, fundamental: geometry.model, planarShare: 0 };

/** Another exposure of the same photo. */
const darker = ({ data, ...size }: RgbImage): RgbImage => ({ ...size, data: data.map((value) => 0.7 * value + 20) });

function errorsOf(image: RgbImage): { errors: number[]; hidden: number; share: number } {
  const { fromIdx, xPx, yPx } = carryPoints(a, b, [first.image, image], pair);
  const errors: number[] = [];
  let hidden = 0;
  fromIdx.forEach((i, k) => {
    const there = truth(a.xPx[i], a.yPx[i]);
    if (there) errors.push(Math.hypot(there.x - xPx[k], there.y - yPx[k]));
    else hidden++;
  });
  errors.sort((p, q) => p - q);
  return { errors, hidden, share: fromIdx.length / fine.length };
}

describe('points that descriptors did not match', () => {
  test.each([
    ['in the same light', second.image],
    ['in another light', darker(second.image)],
  ])('are carried to where they are, %s', (_, image) => {
    const { errors, hidden, share } = errorsOf(image);
    // Measured: 0.81 of the points, median error 0.03 px, 90 % under 0.12 px, 5 of 683 hidden.
    expect(share).toBeGreaterThan(0.6);
    expect(errors[errors.length >> 1]).toBeLessThan(0.06);
    expect(errors[Math.floor(0.9 * errors.length)]).toBeLessThan(0.3);
    expect(hidden / errors.length).toBeLessThan(0.02);
  });

  test('stay where they are when the photo is another one: nothing is made up', () => {
    const noise = seededRandom(3);
    const data = Uint8Array.from(second.image.data, () => noise.below(256));
    expect(carryPoints(a, b, [first.image, { widthPx, heightPx, data }], pair).fromIdx.length).toBeLessThan(5);
  });

  test('are not carried from a plain surface, and not where descriptors have enough', () => {
    const plain = { widthPx, heightPx, data: new Uint8Array(3 * widthPx * heightPx).fill(120) };
    expect(carryPoints(a, b, [plain, plain], pair).fromIdx.length).toBe(0);
    const { xPx, yPx } = carryPoints(a, b, [first.image, second.image], pair);
    const perCell = new Map<number, number>();
    xPx.forEach((x, k) => {
      const cell = Math.floor(yPx[k] / (widthPx / 24)) * 24 + Math.floor(x / (widthPx / 24));
      perCell.set(cell, (perCell.get(cell) ?? 0) + 1);
    });
    expect(Math.max(...perCell.values())).toBeLessThanOrEqual(3);
  });

  test('are found from a guess that is several pixels off, and lost when it is far off', () => {
    const [from, to] = [first, second].map(({ image }) => pyramidOf(grayFromRgb(image), 3));
    const at = { x: 160.5, y: 100.5 };
    const there = truth(at.x, at.y)!;
    const found = trackPatch(from, to, at, { x: there.x + 5, y: there.y - 4 });
    expect(Math.hypot(found!.x - there.x, found!.y - there.y)).toBeLessThan(0.2);
    const far = trackPatch(from, to, at, { x: there.x + 120, y: there.y });
    expect(far === null || Math.hypot(far.x - there.x, far.y - there.y) > 60).toBe(true);
  });
});

test('flow is for photos that lie close together and share little', () => {
  expect(wantsFlow(a, b, pair)).toBe(true);
  expect(wantsFlow(a, b, { ...pair, inliers: Int32Array.from({ length: 500 }, (_, k) => inliers[k % 20]) })).toBe(
    false,
  );
  const away = featuresAt(coarse.map(([x, y]): [number, number] => [x + 40, y]));
  expect(wantsFlow(a, away, pair)).toBe(false);
  expect(wantsFlow(a, { ...b, widthPx: 640 }, pair)).toBe(false);
});

test('a carried point is the feature that lies there already; otherwise a new one without a descriptor', () => {
  const to = featuresAt([
    [50, 50],
    [100, 100],
    [100.4, 100.2],
  ]);
  const carried = {
    fromIdx: Int32Array.of(5, 6, 7),
    xPx: Float32Array.of(50.3, 100.3, 200),
    yPx: Float32Array.of(50.1, 100.1, 30),
  };
  // Feature 1 is matched already, so the second point takes feature 2 beside it.
  const { features, matches } = withCarried(a, to, carried, Int32Array.of(0, 1));
  expect([...matches]).toEqual([5, 0, 6, 2, 7, 3]);
  expect([features.count, features.described]).toEqual([4, 3]);
  expect([features.xPx[3], features.yPx[3], features.scalePx[3]]).toEqual([200, 30, 2]);
  expect([...features.colors.subarray(9)]).toEqual([...a.colors.subarray(21, 24)]);
  expect(
    grown(to, {
      xPx: new Float32Array(),
      yPx: new Float32Array(),
      scalePx: new Float32Array(),
      colors: new Uint8Array(),
    }).count,
  ).toBe(3);
});
