// Where the world stands on display, where the eye first looks from, and what is under the pointer.
import { Group, Quaternion, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import type { Sim3, Vec3 } from '../../../../projects/format/sim3.ts';
import { displayFromWorld, lookRotation } from '../../../../renderer/scene/axes.ts';
import { cameraSpacing, CameraSizing } from '../../../../renderer/scene/camera-sizing.ts';
import { fieldOfViewFor, isInside, pictureCorners } from '../../../../renderer/scene/camera-shape.ts';
import { niceStep } from '../../../../renderer/scene/ground-layer.ts';
import { openingChunks, openingDirection } from '../../../../renderer/scene/opening-view.ts';
import { PointBudget } from '../../../../renderer/scene/point-budget.ts';
import { sceneStatistics } from '../../../../renderer/scene/scene-statistics.ts';
import { upFromThreePoints } from '../../../../renderer/scene/world-up.ts';

const at = (x: number, y: number, z: number): Sim3 => ({ rotation: [0, 0, 0, 1], translation: [x, y, z], scale: 1 });

describe('axes', () => {
  test('whatever up is, it stands along +Y on display', () => {
    for (const up of [
      [0, -1, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0.3, -0.8, 0.52],
    ] as Vec3[]) {
      const shown = new Vector3(...up).normalize().applyQuaternion(displayFromWorld(up));
      expect(shown.distanceTo(new Vector3(0, 1, 0))).toBeLessThan(1e-6);
    }
  });

  test('a camera that looks along +z with −y up looks along −Z with +Y up on display', () => {
    const orientation = lookRotation(displayFromWorld([0, -1, 0]));
    const forward = new Vector3(0, 0, -1).applyQuaternion(orientation);
    const inWorld = forward.applyQuaternion(displayFromWorld([0, -1, 0]).invert());
    expect(inWorld.distanceTo(new Vector3(0, 0, 1))).toBeLessThan(1e-6);
  });
});

describe('up by three clicks', () => {
  const floor: [Vec3, Vec3, Vec3] = [
    [0, 1, 0],
    [1, 1, 0],
    [0, 1, 1],
  ];
  test('it is across the floor, on the side that was up before', () => {
    const up = upFromThreePoints(floor, [0.2, -0.9, 0])!;
    expect(new Vector3(...up).distanceTo(new Vector3(0, -1, 0))).toBeLessThan(1e-9);
  });
  test('places on one line say nothing', () => {
    expect(
      upFromThreePoints(
        [
          [0, 0, 0],
          [1, 1, 1],
          [2, 2, 2],
        ],
        [0, -1, 0],
      ),
    ).toBeNull();
    expect(
      upFromThreePoints(
        [
          [0, 0, 0],
          [0, 0, 0],
          [2, 2, 2],
        ],
        [0, -1, 0],
      ),
    ).toBeNull();
  });
});

describe('cameras', () => {
  test('they are drawn about as long as neighbours stand apart, within reason', () => {
    const row = [0, 1, 2, 3].map((x) => at(x, 0, 0));
    expect(cameraSpacing(row, 10)).toBeCloseTo(0.8);
    expect(cameraSpacing(row, 1)).toBeCloseTo(0.12);
    expect(cameraSpacing([at(0, 0, 0)], 5)).toBeCloseTo(0.5);
  });

  test('small changes of scale do not change their size', () => {
    const sizing = new CameraSizing();
    expect(sizing.update([at(0, 0, 0), at(1, 0, 0)], 10)).toBe(true);
    expect(sizing.update([at(0, 0, 0), at(1.3, 0, 0)], 10)).toBe(false);
    expect(sizing.unit).toBeCloseTo(0.8);
    expect(sizing.update([at(0, 0, 0), at(3, 0, 0)], 20)).toBe(true);
  });

  test('the whole picture fits into viewports wide and narrow', () => {
    const camera = pinhole(1600, 1200, 1000);
    const half = (degrees: number): number => Math.tan((degrees * Math.PI) / 360);
    expect(half(fieldOfViewFor(camera, 3, 1))).toBeCloseTo(0.6);
    expect(half(fieldOfViewFor(camera, 1, 1))).toBeCloseTo(0.8);
  });

  test('corners of the picture lie where its lens sees them', () => {
    const [topLeft, , bottomRight] = pictureCorners(pinhole(1600, 1200, 800), 2);
    expect(topLeft).toEqual([-2, -1.5, 2]);
    expect(bottomRight).toEqual([2, 1.5, 2]);
  });

  test('the pointer is inside a polygon or not', () => {
    const square = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
    ] as const;
    expect(isInside(square, [5, 5])).toBe(true);
    expect(isInside(square, [15, 5])).toBe(false);
  });
});

describe('the opening view', () => {
  const turn = displayFromWorld([0, -1, 0]);
  test('it looks the way the cameras look, from a little above', () => {
    const direction = openingDirection([at(0, 0, 0), at(1, 0, 0)], turn);
    expect(direction.z).toBeGreaterThan(0.8);
    expect(direction.y).toBeGreaterThan(0.2);
  });
  test('cameras that look all ways leave it to the first one', () => {
    const around = [0, 1, 2, 3].map((k): Sim3 => {
      const q = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), (k * Math.PI) / 2);
      return { rotation: [q.x, q.y, q.z, q.w], translation: [0, 0, 0], scale: 1 };
    });
    expect(openingDirection(around, turn).z).toBeGreaterThan(0.8);
  });
});

test('statistics ignore the few points that stray', () => {
  const sample = new Float32Array(4000);
  for (let i = 0; i < 1000; i++) sample.set([(i % 10) / 10, (i % 100) / 100, 1 + (i % 7) / 7, 1], i * 4);
  for (let i = 0; i < 10; i++) sample.set([900, -900, 900, 1], i * 400);
  const statistics = sceneStatistics([{ group: new Group(), sample }])!;
  expect(statistics.centre.distanceTo(new Vector3(0.45, 0.5, 1.43))).toBeLessThan(0.1);
  expect(statistics.radius).toBeLessThan(1);
  expect(statistics.ground).toBeCloseTo(0.02, 1);
  expect(statistics.depthRange[1]).toBeLessThan(2);
  expect(sceneStatistics([])).toBeNull();
});

describe('the budget of points', () => {
  test('slow frames lower it, fast ones raise it again, rest draws all', () => {
    const budget = new PointBudget();
    budget.most = 4_000_000;
    const first = budget.now(true);
    let nowMs = 0;
    for (let i = 0; i < 30; i++) budget.frameDrawn((nowMs += 60));
    const slow = budget.now(true);
    expect(slow).toBeLessThan(first);
    for (let i = 0; i < 200; i++) budget.frameDrawn((nowMs += 12));
    expect(budget.now(true)).toBeGreaterThan(slow * 2);
    expect(budget.now(false)).toBe(4_000_000);
  });

  test('it never falls so low that the scene is gone', () => {
    const budget = new PointBudget();
    for (let i = 0; i < 500; i++) budget.frameDrawn(i * 400);
    expect(budget.now(true)).toBeGreaterThan(50_000);
  });

  test('frames of seconds, as without a graphics card, lower it within a few of them', () => {
    const budget = new PointBudget(1_500_000);
    for (let i = 0; i < 6; i++) budget.frameDrawn(i * 5000);
    expect(budget.now(true)).toBeLessThan(200_000);
  });

  test('one slow frame, and frames that still show an earlier number, lower nothing', () => {
    const budget = new PointBudget(1_000_000);
    budget.frameDrawn(0);
    budget.frameDrawn(16);
    budget.frameDrawn(900);
    expect(budget.now(true)).toBeGreaterThanOrEqual(1_000_000);
    for (let i = 0; i < 9; i++) budget.frameDrawn(1000 + i * 300, false);
    expect(budget.now(true)).toBeGreaterThanOrEqual(1_000_000);
  });
});

test('steps of the grid are round', () => {
  expect([0.7, 1, 2.4, 7, 99].map(niceStep)).toEqual([0.5, 1, 2, 5, 50]);
});

test('a scene is judged by the same few chunks, evenly over its photos, in whatever order its rows come', () => {
  const rows = Array.from({ length: 21 }, (_, i) => ({ id: `chunk${i}`, share: i / 20 }));
  const shuffled = [...rows.slice(9), ...rows.slice(0, 9).toReversed()];
  expect(openingChunks(rows)).toEqual(['chunk0', 'chunk5', 'chunk10', 'chunk15', 'chunk20']);
  expect(openingChunks(shuffled)).toEqual(openingChunks(rows));
  expect(openingChunks(rows.slice(0, 2))).toEqual(['chunk0', 'chunk1']);
  expect(openingChunks(rows.slice(0, 1))).toEqual(['chunk0']);
  expect(openingChunks([])).toEqual([]);
});
