// Boxes, spacings and errors of places on bodies whose sizes are known.
import { expect, test } from 'vitest';
import { placeSigma } from '../../../../models/spatial/place-error.ts';
import { spacingOf } from '../../../../models/spatial/spacing.ts';
import { uprightBox } from '../../../../models/spatial/upright-box.ts';
import { rotate, type Vec3 } from '../../../../projects/format/sim3.ts';

/** The surface of a box of size x, y, z, turned about up, sampled on a grid; `shift` moves it. */
function boxSurface([sx, sy, sz]: Vec3, yawDeg: number, shift: Vec3): number[] {
  const yaw = (yawDeg * Math.PI) / 180;
  const positions: number[] = [];
  for (let i = 0; i <= 20; i++)
    for (let j = 0; j <= 20; j++)
      for (let k = 0; k <= 20; k++) {
        if (![i, j, k].some((n) => n === 0 || n === 20)) continue;
        const [x, y, z] = [(i / 20 - 0.5) * sx, (j / 20 - 0.5) * sy, (k / 20 - 0.5) * sz];
        positions.push(
          Math.cos(yaw) * x - Math.sin(yaw) * y + shift[0],
          Math.sin(yaw) * x + Math.cos(yaw) * y + shift[1],
          z + shift[2],
        );
      }
  return positions;
}
const all = (positions: readonly number[]): number[] => Array.from({ length: positions.length / 3 }, (_, i) => i);

test.each([0, 17, 45, 73])('a box turned by %d degrees has the edges it was made with', (yawDeg) => {
  const positions = boxSurface([2, 0.5, 1.2], yawDeg, [5, -3, 0.6]);
  const { center, halfSize, rotation } = uprightBox(positions, all(positions), [0, 0, 1]);
  [1, 0.25, 0.6].forEach((half, k) => expect(halfSize[k]).toBeCloseTo(half, 1));
  [5, -3, 0.6].forEach((x, k) => expect(center[k]).toBeCloseTo(x, 6));
  const longest = rotate(rotation, [1, 0, 0]);
  const turned = (Math.atan2(longest[1], longest[0]) * 180) / Math.PI;
  expect(Math.abs(((((turned - yawDeg) % 180) + 270) % 180) - 90)).toBeLessThan(1.01);
  expect(rotate(rotation, [0, 0, 1])[2]).toBeCloseTo(1, 9);
});

test('a few stray points do not stretch the box', () => {
  const positions = boxSurface([2, 0.5, 1.2], 30, [0, 0, 0]);
  for (let i = 0; i < 10; i++) positions.push(9, 9 + i, 9);
  expect(uprightBox(positions, all(positions), [0, 0, 1]).halfSize[0]).toBeLessThan(1.05);
});

test('up may be any direction', () => {
  const positions = boxSurface([2, 0.5, 1.2], 30, [0, 0, 0]);
  // z becomes −y, as in the axes of a camera.
  const turned = positions.map((_, i) => [positions[i], -positions[i + 1], positions[i - 1]][i % 3]);
  expect(uprightBox(turned, all(turned), [0, -1, 0]).halfSize[2]).toBeCloseTo(0.6, 1);
});

test('the spacing of a grid is its step, also when only a sample is looked at', () => {
  const grid: number[] = [];
  for (let i = 0; i < 130; i++) for (let j = 0; j < 130; j++) grid.push(i * 0.01, j * 0.01, 0);
  // Thinned to every fourth, and taken back by the square root of four.
  expect(spacingOf(grid, all(grid))).toBeGreaterThan(0.0045);
  expect(spacingOf(grid, all(grid))).toBeLessThan(0.02);
  expect(spacingOf(grid, [3])).toBe(0);
});

test('more views and more trust make a place surer, disagreement makes it less sure', () => {
  const sight = { residual: 0, depth: 4, confidence: 1 };
  const one = placeSigma(0.001, [sight]);
  expect(placeSigma(0.001, [sight, sight, sight, sight])).toBeCloseTo(one / 2, 3);
  expect(placeSigma(0.001, [{ ...sight, confidence: 0.5 }])).toBeCloseTo(2 * one, 3);
  const apart = [-0.3, 0.1, 0.3].map((residual) => ({ ...sight, residual }));
  expect(placeSigma(0.001, apart)).toBeCloseTo(1.4826 * 0.3, 2);
  expect(placeSigma(0.02, [])).toBe(0.02);
});
