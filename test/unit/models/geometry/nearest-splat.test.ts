// The grid finds the same splat as looking at all of them, near and far, on both sides of zero.
import { expect, test } from 'vitest';
import { NearestSplat } from '../../../../models/geometry/nearest-splat.ts';

/** Numbers 0…1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const next = random(5);
/** Dense around zero, sparse far away: distances grow with the cube of chance. */
const positions = Float32Array.from({ length: 3 * 4000 }, () => 10 * (2 * next() - 1) ** 3);
const grid = new NearestSplat(positions, 0.02);

function distanceTo(i: number, [x, y, z]: readonly number[]): number {
  return i < 0 ? Infinity : Math.hypot(positions[3 * i] - x, positions[3 * i + 1] - y, positions[3 * i + 2] - z);
}

test.each([0.01, 0.2, 2])('within %f of a place it is the nearest of all, or none', (limit) => {
  for (let k = 0; k < 300; k++) {
    const at = [10 * (2 * next() - 1) ** 3, 10 * (2 * next() - 1) ** 3, 10 * (2 * next() - 1) ** 3] as const;
    let least = Infinity;
    for (let i = 0; i < 4000; i++) least = Math.min(least, distanceTo(i, at));
    const found = distanceTo(grid.at(...at, limit), at);
    expect(found).toBe(least <= limit ? least : Infinity);
  }
});

test('the quick test never misses a place within reach of a member', () => {
  const members = [3, 700, 2500];
  const isNear = grid.near(members);
  let far = 0;
  for (let k = 0; k < 2000; k++) {
    const at = [20 * next() - 10, 20 * next() - 10, 20 * next() - 10] as const;
    if (members.some((i) => distanceTo(i, at) <= grid.reach)) expect(isNear(...at)).toBe(true);
    else if (!isNear(...at)) far++;
  }
  expect(far).toBeGreaterThan(500);
});
