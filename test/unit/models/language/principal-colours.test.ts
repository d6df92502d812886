// Features that differ get different colours, in the order of how much they differ.
import { expect, test } from 'vitest';
import { principalColours } from '../../../../models/language/principal-colours.ts';

test('the strongest difference is red, the next is green, and the mean is grey', () => {
  // Along axis 1 far apart, along axis 3 a little, along the others not at all.
  const vectors = Float32Array.from([0, -4, 0, 1, 0, 4, 0, 1, 0, -4, 0, -1, 0, 4, 0, -1].map((x) => x + 7));
  const colours = principalColours(vectors, 4, [1, 1, 1, 1]);
  const at = (i: number, k: number): number => colours[3 * i + k];
  for (const k of [0, 1])
    expect([at(0, k), at(1, k), at(2, k), at(3, k)].toSorted((a, b) => a - b)).toEqual([65, 65, 192, 192]);
  expect(at(0, 0)).toBe(at(2, 0));
  expect(at(0, 1)).toBe(at(1, 1));
  expect(at(0, 0)).not.toBe(at(1, 0));
  expect([0, 1, 2, 3].map((i) => at(i, 2))).toEqual([128, 128, 128, 128]);
});

test('weights count as so many vectors', () => {
  const few = principalColours(Float32Array.from([0, 0, 5, 1, 0, 3]), 2, [2, 1, 1]);
  const many = principalColours(Float32Array.from([0, 0, 0, 0, 5, 1, 0, 3]), 2, [1, 1, 1, 1]);
  expect([...few]).toEqual([...many.subarray(3)]);
});

test('where nothing differs, all is grey', () => {
  expect(new Set(principalColours(new Float32Array(12).fill(3), 4, [5, 1, 2]))).toEqual(new Set([128]));
});
