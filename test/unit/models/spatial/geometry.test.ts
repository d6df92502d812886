// Distances, directions, floors and outlines on shapes whose numbers are known.
import { describe, expect, test } from 'vitest';
import { closed, heaviestPiece, outlineOf } from '../../../../models/spatial/cell-mask.ts';
import { marginDeg, quadrantOf, sideOf, sideOrBack, turnDeg, turnName } from '../../../../models/spatial/directions.ts';
import { floorOutline } from '../../../../models/spatial/floor-area.ts';
import { joinParts } from '../../../../models/spatial/join-parts.ts';
import { meanRelativeAccuracy } from '../../../../models/spatial/mra.ts';
import { nearestPair, thingOf } from '../../../../models/spatial/thing.ts';
import { polygonArea } from '../../../../projects/format/measures.ts';
import type { Vec3 } from '../../../../projects/format/sim3.ts';

const up: Vec3 = [0, 0, 1];

describe('MRA', () => {
  test.each([
    [100, 1],
    [105, 1],
    [110, 0.9],
    [130, 0.5],
    [150, 0.1],
    [151, 0],
    [50, 0.1],
    [Number.NaN, 0],
  ])('an answer of %d for 100 scores %d', (prediction, score) => {
    expect(meanRelativeAccuracy(prediction, 100)).toBeCloseTo(score, 9);
  });
});

test('the nearest places of two things are found, strays left aside', () => {
  const positions: number[] = [];
  const sheet = (x: number): number[] => {
    const from = positions.length / 3;
    for (let i = 0; i < 40; i++) for (let j = 0; j < 40; j++) positions.push(x, i / 40, j / 40);
    return Array.from({ length: 1600 }, (_, k) => from + k);
  };
  const [near, far] = [sheet(0), sheet(2.5)];
  // Two splats of the first float half way to the second.
  positions.push(1.2, 0.5, 0.5, 1.3, 0.4, 0.5);
  const first = thingOf('near', positions, [...near, 3200, 3201], up);
  const pair = nearestPair(positions, first, thingOf('far', positions, far, up));
  expect(pair.distance).toBeCloseTo(2.5, 6);
  expect([pair.from[0], pair.to[0]]).toEqual([0, 2.5]);
  expect(pair.sigma).toBeLessThan(0.03);
});

test('pieces of one thing are joined, things beside and above each other are not', () => {
  const positions: number[] = [];
  const slab = ([x, y, z]: Vec3, [w, d, h]: Vec3): number[] => {
    const from = positions.length / 3;
    for (let i = 0; i <= 10; i++)
      for (let j = 0; j <= 10; j++)
        for (const k of [0, 1]) positions.push(x + (i / 10 - 0.5) * w, y + (j / 10 - 0.5) * d, z + k * h);
    return Array.from({ length: positions.length / 3 - from }, (_, n) => from + n);
  };
  const top = slab([0, 0, 0.7], [1, 1, 0.04]);
  const foot = slab([0.1, 0, 0], [0.3, 0.3, 0.6]);
  const beside = slab([2, 0, 0], [0.5, 0.5, 0.5]);
  const shelfAbove = slab([0, 0, 1.6], [0.4, 0.4, 0.1]);
  const pieces = [top, foot, beside, shelfAbove].map((members) => thingOf('', positions, members, up));
  const things = joinParts(pieces, positions, up, (idx, count) => `${idx + 1} of ${count}`);
  expect(things.map(({ label, members }) => [label, members.length])).toEqual([
    ['1 of 3', 484],
    ['2 of 3', 242],
    ['3 of 3', 242],
  ]);
  expect(2 * things[0].box.halfSize[2]).toBeCloseTo(0.74, 2);
});

test('standing south of the middle and facing north, the four quadrants are where they are', () => {
  const turn = (x: number, y: number): number => turnDeg([0, 0, 0], [0, 5, 3], [x, y, -1], up)!;
  expect(turn(-1, 0)).toBeCloseTo(90, 9);
  expect([turn(-2, 2), turn(2, 2), turn(-2, -2), turn(2, -2)].map(quadrantOf)).toEqual([
    'front-left',
    'front-right',
    'back-left',
    'back-right',
  ]);
  expect([turn(-1, 3), turn(1, 3)].map(sideOf)).toEqual(['left', 'right']);
  expect([134, 136, -134, -136].map(sideOrBack)).toEqual(['left', 'back', 'right', 'back']);
  expect([44, 46, 134, -46, 136].map(turnName)).toEqual([
    'go straight on',
    'turn left',
    'turn left',
    'turn right',
    'turn back',
  ]);
  expect(marginDeg(133, [0, 135])).toBeCloseTo(2, 9);
  expect(turnDeg([0, 0, 0], [0, 0, 4], [1, 1, 0], up)).toBeNull();
});

test('an outline walks once around a mask, holes and gaps are closed, the heaviest piece stays', () => {
  const draw = (lines: string[]) => ({
    columns: lines[0].length,
    rows: lines.length,
    cells: Uint8Array.from(lines.join(''), (sign) => (sign === '#' ? 1 : 0)),
  });
  const mask = draw(['..........', '..####.#..', '..#..#.#..', '..####....', '..........']);
  const outline = outlineOf(heaviestPiece(mask, mask.cells));
  expect(outline).toHaveLength(14);
  expect(polygonArea(outline.map(([x, y]) => [x, y, 0]))).toBe(12);
  const whole = closed(mask, 1);
  expect(whole.cells[2 * 10 + 3]).toBe(1);
  expect(whole.cells[1 * 10 + 6]).toBe(1);
});

describe('the floor of a room', () => {
  /** An L: 6 × 4 without its upper right 3 × 2, a table over part of it that hides the floor, and a garden outside. */
  function lRoom(turn: number): { positions: number[]; floor: Set<number> } {
    const positions: number[] = [];
    const floor = new Set<number>();
    const put = (x: number, y: number, z: number, isFloor = false): void => {
      if (isFloor) floor.add(positions.length / 3);
      positions.push(Math.cos(turn) * x - Math.sin(turn) * y, Math.sin(turn) * x + Math.cos(turn) * y, z);
    };
    for (let x = 0.02; x < 6; x += 0.04)
      for (let y = 0.02; y < 4; y += 0.04) {
        if (x > 3 && y > 2) continue;
        const isUnderTable = x > 1 && x < 2 && y > 1 && y < 1.8;
        put(x, y, isUnderTable ? 0.7 : 0, !isUnderTable);
      }
    for (let x = 0; x < 6; x += 0.04) for (let z = 0; z < 2.4; z += 0.1) put(x, 0, z);
    for (let x = -3; x < 9; x += 0.1) for (let z = -1; z < 4; z += 0.1) put(x, 11, z);
    return { positions, floor };
  }

  test.each([0, 0.3, 0.8])('of L shape, turned by %d rad, has the area of its plan', (turn) => {
    const { positions, floor } = lRoom(turn);
    const outline = floorOutline({
      count: positions.length / 3,
      positions,
      isFloor: (i) => floor.has(i),
      isThere: () => true,
      up,
    })!;
    // 18 m²; the error it states (two standard deviations) covers the rest.
    expect(Math.abs(outline.area - 18)).toBeLessThan(2 * outline.sigma);
    expect(outline.sigma).toBeLessThan(0.4);
    expect(Math.abs(polygonArea(outline.polygon) - 18)).toBeLessThan(1.2);
  });

  test('that nobody saw is none', () => {
    const none = { count: 1, positions: [0, 0, 0], isFloor: () => true, isThere: () => true, up };
    expect(floorOutline(none)).toBeNull();
  });
});
