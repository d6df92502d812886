// Splats drawn on the CPU: colour, order, depth and size come out as the scene says.
import { expect, test } from 'vitest';
import { renderGaussians, type PlacedGaussians } from '../../../../models/geometry/render-gaussians.ts';
import type { GaussianColumns } from '../../../../projects/format/gaussian-chunk.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { identitySim3, inverse, type Sim3 } from '../../../../projects/format/sim3.ts';

interface Ball {
  at: [number, number, number];
  sigma: number;
  color: [number, number, number];
  opacity?: number;
  feature?: number;
}

function balls(list: Ball[], worldFromCamera: Sim3 = identitySim3): PlacedGaussians {
  const columns: GaussianColumns = {
    count: list.length,
    means: Float32Array.from(list.flatMap(({ at }) => at)),
    logScales: Float32Array.from(list.flatMap(({ sigma }) => Array<number>(3).fill(Math.log(sigma)))),
    rotations: Int16Array.from(list.flatMap(() => [0, 0, 0, 32767])),
    colors: Uint8Array.from(list.flatMap(({ color, opacity }) => [...color, Math.round(255 * (opacity ?? 1))])),
    featureIdx: Uint16Array.from(list, ({ feature }) => feature ?? 0),
  };
  return { columns, worldFromCamera };
}

const camera = pinhole(64, 48, 60);
const middle = 24 * 64 + 32;

test('a red ball in the middle colours the middle and nothing at the rim', () => {
  const view = renderGaussians(
    [balls([{ at: [0, 0, 4], sigma: 0.2, color: [250, 0, 0], feature: 7 }])],
    identitySim3,
    camera,
    [0, 0, 0],
  );
  expect(view.rgb[3 * middle]).toBeGreaterThan(230);
  expect(view.rgb[3 * middle + 1]).toBe(0);
  expect(view.depths[middle]).toBe(4);
  expect(view.featureIdx[middle]).toBe(7);
  expect([...view.rgb.subarray(0, 3)]).toEqual([0, 0, 0]);
  expect(view.coverage[0]).toBe(0);
  expect(view.depths[0]).toBeNaN();
});

test('the nearer ball hides the farther one, whatever order they come in', () => {
  const near: Ball = { at: [0, 0, 2], sigma: 0.3, color: [0, 200, 0] };
  const far: Ball = { at: [0, 0, 5], sigma: 1, color: [200, 0, 0] };
  for (const order of [
    [near, far],
    [far, near],
  ]) {
    const { rgb, depths } = renderGaussians([balls(order)], identitySim3, camera, [0, 0, 0]);
    expect(rgb[3 * middle + 1]).toBeGreaterThan(190);
    expect(rgb[3 * middle]).toBeLessThan(10);
    expect(depths[middle]).toBe(2);
  }
});

test('its size on the picture is its size times focal over depth', () => {
  const { coverage } = renderGaussians(
    [balls([{ at: [0.5 / 15, 0.5 / 15, 4], sigma: 0.4, color: [255, 255, 255] }])],
    identitySim3,
    camera,
  );
  // One standard deviation is 0.4 · 60 / 4 = 6 pixels; the low-pass of 0.3 px² adds less than half a percent.
  expect(coverage[middle + 6] / coverage[middle]).toBeCloseTo(Math.exp(-0.5), 2);
});

test('moving frame and camera together changes nothing', () => {
  const list: Ball[] = [
    { at: [0.3, -0.2, 3], sigma: 0.15, color: [10, 200, 90] },
    { at: [-0.4, 0.1, 4], sigma: 0.3, color: [90, 20, 200] },
  ];
  const moved: Sim3 = { rotation: [0.1, 0.7, -0.1, 0.7], translation: [3, -2, 7], scale: 1 };
  const norm = Math.hypot(...moved.rotation);
  const pose: Sim3 = { ...moved, rotation: moved.rotation.map((v) => v / norm) as unknown as Sim3['rotation'] };
  const still = renderGaussians([balls(list)], identitySim3, camera);
  const together = renderGaussians([balls(list, pose)], pose, camera);
  still.rgb.forEach((value, i) => expect(Math.abs(value - together.rgb[i])).toBeLessThanOrEqual(1));
  const behind = renderGaussians([balls(list)], inverse({ ...identitySim3, rotation: [0, 1, 0, 0] }), camera);
  expect(Math.max(...behind.coverage)).toBe(0);
});

test('a frame scaled by two about the camera looks the same, twice as far away', () => {
  const list: Ball[] = [{ at: [0.3, -0.2, 3], sigma: 0.15, color: [10, 200, 90] }];
  const once = renderGaussians([balls(list)], identitySim3, camera);
  const twice = renderGaussians([balls(list, { ...identitySim3, scale: 2 })], identitySim3, camera);
  expect(twice.rgb).toEqual(once.rgb);
  expect(Math.max(...twice.depths.filter((z) => z > 0))).toBe(6);
});

test('no splats is an empty picture', () => {
  expect(Math.max(...renderGaussians([], identitySim3, camera).coverage)).toBe(0);
});
