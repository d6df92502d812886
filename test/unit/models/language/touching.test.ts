// Things that touch: told apart by a thin bridge or by colour, and left whole where they are one.
import { expect, test } from 'vitest';
import { findInstances } from '../../../../models/language/instances.ts';
import type { Vec3 } from '../../../../projects/format/sim3.ts';

type Lab = readonly [number, number, number];
const grey: Lab = [60, 0, 0];
const red: Lab = [45, 60, 40];
const blue: Lab = [35, 15, -50];

/** Splats 4 cm apart over the faces of boxes; z is up. */
function scene(...boxes: { from: Vec3; to: Vec3; lab?: Lab }[]) {
  const positions: number[] = [];
  const labs: Lab[] = [];
  for (const { from, to, lab = grey } of boxes) {
    const steps = from.map((low, k) => Math.max(1, Math.round((to[k] - low) / 0.04)));
    for (let x = 0; x <= steps[0]; x++)
      for (let y = 0; y <= steps[1]; y++)
        for (let z = 0; z <= steps[2]; z++) {
          const at = [x, y, z];
          if (at.every((step, k) => step > 0 && step < steps[k] && steps[k] > 1)) continue;
          positions.push(...at.map((step, k) => from[k] + (step / steps[k]) * (to[k] - from[k])));
          labs.push(lab);
        }
  }
  return { positions: Float32Array.from(positions), labs };
}

/** Middles along x of the things that are found, in order. */
function found({ positions, labs }: ReturnType<typeof scene>, isParted = true): number[] {
  const parting = isParted ? { up: [0, 0, 1] as const, labOf: (i: number) => labs[i] } : null;
  return findInstances(positions, new Float32Array(labs.length).fill(1), 0.5, 0.09, 20, parting)
    .map(({ center }) => Math.round(center[0] * 10) / 10)
    .sort((a, b) => a - b);
}

const curtains = scene(
  { from: [0, 0, 0], to: [1, 0.02, 2] },
  { from: [1.6, 0, 0], to: [2.6, 0.02, 2] },
  { from: [-0.1, 0, 2.02], to: [2.7, 0.02, 2.04] },
);

test('two curtains on one rod are two', () => {
  expect(found(curtains, false)).toEqual([1.3]);
  expect(found(curtains)).toHaveLength(2);
});

test('a chair of seat, back and thin posts is one, and so is a table with its legs', () => {
  const chair = scene(
    { from: [0, 0, 0.44], to: [0.45, 0.45, 0.48] },
    { from: [0, 0.43, 0.7], to: [0.45, 0.45, 1] },
    ...[0, 0.43].map((x) => ({ from: [x, 0.43, 0] as Vec3, to: [x + 0.02, 0.45, 0.7] as Vec3 })),
    ...[0, 0.43].map((x) => ({ from: [x, 0, 0] as Vec3, to: [x + 0.02, 0.02, 0.44] as Vec3 })),
  );
  expect(found(chair)).toHaveLength(1);
});

test('a red and a blue box side by side are two, also at an angle to the axes', () => {
  const boxes = scene(
    { from: [0, 0, 0], to: [0.6, 0.6, 0.6], lab: red },
    { from: [0.62, 0, 0], to: [1.22, 0.6, 0.6], lab: blue },
  );
  expect(found(boxes, false)).toEqual([0.6]);
  expect(found(boxes)).toEqual([0.3, 0.9]);
  const turned = boxes.positions.slice();
  for (let i = 0; i < turned.length; i += 3) {
    const [x, y] = boxes.positions.subarray(i, i + 2);
    turned[i] = 0.9 * x - 0.436 * y;
    turned[i + 1] = 0.436 * x + 0.9 * y;
  }
  expect(found({ ...boxes, positions: turned })).toHaveLength(2);
});

test('a red box under a blue one is one thing in two colours, and so is a picture of two halves', () => {
  const tower = scene(
    { from: [0, 0, 0], to: [0.6, 0.6, 0.6], lab: red },
    { from: [0, 0, 0.62], to: [0.6, 0.6, 1.2], lab: blue },
  );
  expect(found(tower)).toHaveLength(1);
  const picture = scene(
    { from: [0, 0, 1], to: [0.6, 0.02, 1.6], lab: red },
    { from: [0.62, 0, 1], to: [1.2, 0.02, 1.6], lab: blue },
  );
  expect(found(picture)).toHaveLength(1);
});

test('two sides of a box in different light are one thing, and so are two of a colour with a white edge between them', () => {
  // A little more than half of the light: L + 16, a and b shrink alike.
  const shaded: Lab = [12, 8.2, -27.5];
  const inTwoLights = scene(
    { from: [0, 0, 0], to: [1.2, 0.02, 1], lab: blue },
    { from: [1.2, 0, 0], to: [1.22, 1.2, 1], lab: shaded },
  );
  expect(found(inTwoLights)).toHaveLength(1);
  const edged = scene(
    { from: [0, 0, 0], to: [1.04, 0.02, 1], lab: blue },
    { from: [1.04, 0, 0], to: [1.2, 0.02, 1], lab: [95, 0, 0] },
    { from: [1.2, 0, 0], to: [1.22, 0.16, 1], lab: [95, 0, 0] },
    { from: [1.2, 0.16, 0], to: [1.22, 1.2, 1], lab: blue },
  );
  expect(found(edged)).toHaveLength(1);
});
