// A synthetic room is told apart into floor, ceiling, walls and table top.
import { expect, test } from 'vitest';
import { findInstances } from '../../../../models/language/instances.ts';
import { findRoomPlanes, surfaceKindOf } from '../../../../models/language/surface.ts';
import type { Vec3 } from '../../../../projects/format/sim3.ts';

/** A room of 4 × 3 × 2.5 (up is −y, as in camera axes), a table in it, seen from inside: every surface looks into the room. */
function room(): { positions: Float32Array; normals: Float32Array; truth: string[] } {
  const positions: number[] = [];
  const normals: number[] = [];
  const truth: string[] = [];
  const patch = (kind: string, normal: Vec3, at: (a: number, b: number) => Vec3, n = 40): void => {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        positions.push(...at((i + 0.5) / n, (j + 0.5) / n));
        normals.push(...normal);
        truth.push(kind);
      }
  };
  patch('floor', [0, -1, 0], (a, b) => [4 * a, 0, 3 * b]);
  patch('ceiling', [0, 1, 0], (a, b) => [4 * a, -2.5, 3 * b], 30);
  patch('wall', [1, 0, 0], (a, b) => [0, -2.5 * a, 3 * b]);
  patch('wall', [-1, 0, 0], (a, b) => [4, -2.5 * a, 3 * b]);
  patch('wall', [0, 0, -1], (a, b) => [4 * a, -2.5 * b, 3]);
  patch('tabletop', [0, -1, 0], (a, b) => [1.5 + a, -0.75, 1.2 + 0.6 * b], 20);
  patch('vertical', [0, 0, -1], (a, b) => [1.5 + a, -0.1 - 0.6 * b, 1.2], 20);
  return { positions: Float32Array.from(positions), normals: Float32Array.from(normals), truth };
}

test('kinds of surface of a furnished room come out right', () => {
  const { positions, normals, truth } = room();
  const planes = findRoomPlanes(positions, normals, [0, -1, 0]);
  expect(planes.floorHeight).toBeCloseTo(0, 1);
  expect(planes.ceilingHeight).toBeCloseTo(2.5, 1);
  const wrong = truth.filter((kind, i) => {
    const at = (a: Float32Array): Vec3 => [a[3 * i], a[3 * i + 1], a[3 * i + 2]];
    return surfaceKindOf(planes, at(positions), at(normals)) !== kind;
  });
  // Points on the seams (a wall within the tolerance of another) may go either way.
  expect(wrong.length / truth.length).toBeLessThan(0.02);
});

test('walls are found straight although single normals are off by many degrees', () => {
  const { positions, normals, truth } = room();
  // Normals lean to one side by up to 25°, as those of a rough depth map do.
  const noisy = Float32Array.from(normals);
  for (let i = 0; i < truth.length; i++) {
    const lean = 0.45 * Math.sin(i * 1.7) + 0.1;
    const [x, , z] = normals.subarray(3 * i, 3 * i + 3);
    if (truth[i] !== 'wall') continue;
    noisy[3 * i] = x * Math.cos(lean) - z * Math.sin(lean);
    noisy[3 * i + 2] = x * Math.sin(lean) + z * Math.cos(lean);
  }
  const planes = findRoomPlanes(positions, noisy, [0, -1, 0]);
  const walls = truth.flatMap((kind, i) => (kind === 'wall' ? [i] : []));
  const at = (a: Float32Array, i: number): Vec3 => [a[3 * i], a[3 * i + 1], a[3 * i + 2]];
  const found = walls.filter((i) => surfaceKindOf(planes, at(positions, i), at(noisy, i)) === 'wall');
  expect(found.length / walls.length).toBeGreaterThan(0.95);
});

test('a facade is a wall although its doors lie behind it; a cupboard before a wall is none', () => {
  const positions: number[] = [];
  const normals: number[] = [];
  const patch = (width: number, height: number, z: number, atX = 0, n = 60): void => {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        positions.push(atX + (width * (i + 0.5)) / n, (-height * (j + 0.5)) / n, z);
        normals.push(0, 0, -1);
      }
  };
  const kindAt = (point: Vec3): string =>
    surfaceKindOf(
      findRoomPlanes(Float32Array.from(positions), Float32Array.from(normals), [0, -1, 0]),
      point,
      [0, 0, -1],
    );
  patch(10, 6, 0);
  patch(2, 2.5, 0.8, 2, 25);
  patch(2, 2.5, 0.8, 6, 25);
  expect(kindAt([5, -4, 0])).toBe('wall');
  positions.length = normals.length = 0;
  patch(10, 3, 1);
  patch(2, 1.5, 0, 4, 40);
  expect(kindAt([5, -1, 0])).toBe('vertical');
  expect(kindAt([1, -1, 1])).toBe('wall');
});

test('two separate things are two instances with their boxes, and dust is none', () => {
  const positions: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const [a, b, c] = [(i % 10) / 10, (Math.floor(i / 10) % 10) / 10, Math.floor(i / 100) / 10];
    positions.push(a, b, c, a + 3, b, c);
  }
  positions.push(10, 10, 10);
  const scores = new Float32Array(positions.length / 3).fill(0.9);
  const found = findInstances(Float32Array.from(positions), scores, 0.5, 0.25, 20);
  expect(found).toHaveLength(2);
  expect(found.map(({ count }) => count)).toEqual([1000, 1000]);
  expect(found.map(({ center }) => center[0]).sort((x, y) => x - y)[1]).toBeCloseTo(3.45, 1);
  expect(findInstances(Float32Array.from(positions), new Float32Array(scores.length), 0.5, 0.25, 20)).toEqual([]);
});
