// The order of splats: each prefix is spread evenly over the photo.
import { expect, test } from 'vitest';
import type { GaussianColumns } from '../../../../projects/format/gaussian-chunk.ts';
import { shuffledOrder } from '../../../../projects/format/point-chunk.ts';
import { spreadOrder } from '../../../../renderer/scene/splat-order.ts';

/** One splat a pixel of 64 × 64 in shuffled order, farther away to the right. */
function grid(side = 64): GaussianColumns {
  const count = side * side;
  const means = new Float32Array(3 * count);
  shuffledOrder(count, 7).forEach((pixel, row) => {
    const z = 1 + (pixel % side) / side;
    means.set([((pixel % side) / side - 0.5) * z, (Math.floor(pixel / side) / side - 0.5) * z, z], 3 * row);
  });
  const none = { logScales: new Float32Array(0), rotations: new Int16Array(0), colors: new Uint8Array(0) };
  return { count, means, ...none, featureIdx: new Uint16Array(0) };
}

/** How many of some rows lie in each of 8 × 8 parts of the photo. */
function spread({ means }: GaussianColumns, rows: ArrayLike<number>): number[] {
  const parts = new Array<number>(64).fill(0);
  for (const i of Array.from(rows)) {
    const [u, v] = [means[3 * i] / means[3 * i + 2] + 0.5, means[3 * i + 1] / means[3 * i + 2] + 0.5];
    parts[Math.min(7, Math.floor(u * 8 + 1e-4)) + 8 * Math.min(7, Math.floor(v * 8 + 1e-4))]++;
  }
  return parts;
}

test('every row has its place', () => {
  const order = spreadOrder(grid());
  expect(order).toHaveLength(4096);
  expect(new Set(order).size).toBe(4096);
});

test('a half, a quarter and a sixteenth are the same share of every part, where shuffled rows have heaps and holes', () => {
  const columns = grid();
  const order = spreadOrder(columns);
  for (const share of [2, 4, 16]) {
    const even = 64 / share;
    const parts = spread(columns, order.subarray(0, 4096 / share));
    // A cell of the grid ends where rounding puts it: one splat more or less at an edge of a part.
    expect(Math.max(...parts.map((count) => Math.abs(count - even)))).toBeLessThanOrEqual(Math.max(2, even * 0.2));
  }
  const shuffled = spread(
    columns,
    Array.from({ length: 256 }, (_, i) => i),
  );
  expect(Math.max(...shuffled.map((count) => Math.abs(count - 4)))).toBeGreaterThan(2);
});

test('no splats and one splat have an order too', () => {
  expect(spreadOrder({ ...grid(), count: 0 })).toHaveLength(0);
  expect([...spreadOrder({ ...grid(), count: 1 })]).toEqual([0]);
});
