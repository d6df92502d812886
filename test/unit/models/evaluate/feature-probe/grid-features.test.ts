// Features between the cells of a grid, and grids made small enough to keep.
import { expect, test } from 'vitest';
import { featuresAt, narrowed, placeAndColour } from '../../../../../models/evaluate/feature-probe/grid-features.ts';
import type { FeatureGrid } from '../../../../../models/run/photo-features.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';

const whole = { left: 0, top: 0, width: 1, height: 1 };

/** Two numbers a cell: its column and its row. */
function ramp(rows: number, cols: number, place = whole): FeatureGrid {
  const vectors = Float32Array.from({ length: 2 * rows * cols }, (_, i) =>
    i % 2 === 0 ? (i >> 1) % cols : Math.floor((i >> 1) / cols),
  );
  return { rows, cols, dim: 2, vectors, place };
}

test('between the middles of cells features are mixed, beyond the rim they stay', () => {
  const grid = ramp(2, 4);
  const at = featuresAt(grid, Float32Array.of(0.5, 0.5, 0.125, 0.25, 0, 0, 1, 1));
  expect([...at]).toEqual([1.5, 0.5, 0, 0, 0, 0, 3, 1]);
});

test('a grid over the middle of a photo is asked where it lies', () => {
  const grid = ramp(2, 2, { left: 0.25, top: 0, width: 0.5, height: 1 });
  expect(featuresAt(grid, Float32Array.of(0.5, 0.5))[0]).toBeCloseTo(0.5);
  expect(featuresAt(grid, Float32Array.of(0.1, 0.5))[0]).toBe(0);
  expect(featuresAt(grid, Float32Array.of(0.625, 0.5))[0]).toBe(1);
});

test('long features become 256 numbers that keep the distances between them', () => {
  const random = seededRandom(5);
  const [rows, cols, dim] = [4, 5, 1024];
  const vectors = Float32Array.from({ length: rows * cols * dim }, () => random.normal());
  const narrow = narrowed({ rows, cols, dim, vectors, place: whole });
  expect(narrow.dim).toBe(256);
  const distance = (data: Float32Array, d: number, a: number, b: number): number => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (data[a * d + k] - data[b * d + k]) ** 2;
    return sum;
  };
  // Squared lengths shrink by 256 / 1024 on average; each within a few deviations of √(2/256).
  for (const [a, b] of [
    [0, 1],
    [3, 17],
    [8, 9],
  ] as const) {
    const ratio = distance(narrow.vectors, 256, a, b) / (distance(vectors, dim, a, b) / 4);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.3);
  }
});

test('fine grids are averaged', () => {
  const coarse = narrowed(ramp(193, 100));
  expect([coarse.rows, coarse.cols]).toEqual([64, 33]);
  expect(coarse.vectors[0]).toBe(1);
  expect(coarse.vectors[1]).toBe(1);
  const small = ramp(3, 4);
  expect(narrowed(small)).toBe(small);
});

test('place and colour of pixels', () => {
  const grid = placeAndColour({ widthPx: 2, heightPx: 1, data: Uint8Array.of(255, 0, 51, 0, 255, 0) });
  expect(grid).toMatchObject({ rows: 1, cols: 2, dim: 5 });
  expect([...grid.vectors].map((value) => Number(value.toFixed(3)))).toEqual([
    0.25, 0.5, 1, 0, 0.2, 0.75, 0.5, 0, 1, 0,
  ]);
});
