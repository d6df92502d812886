// Points become discs on the surface, and a second photo of the same wall adds nothing.
import { expect, test } from 'vitest';
import { depthViewOf, gaussiansFromPoints } from '../../../../models/geometry/gaussians.ts';
import { decodeGaussianChunk, encodeGaussianChunk } from '../../../../projects/format/gaussian-chunk.ts';
import { pinhole, rayThroughPixel } from '../../../../projects/format/intrinsics.ts';
import { emptyPointColumns, emptyPointGaussians, type PointColumns } from '../../../../projects/format/point-chunk.ts';
import { identitySim3, rotate, type Quaternion, type Sim3, type Vec3 } from '../../../../projects/format/sim3.ts';

const grid = pinhole(40, 30, 40);

/** A plane z = 4 + lean·x seen by a camera at (cameraX, 0, 0) that looks along z. */
function wall(cameraX: number, lean = 0): { points: PointColumns; pose: Sim3 } {
  const count = grid.widthPx * grid.heightPx;
  const normal = [lean, 0, -1].map((v) => v / Math.hypot(lean, 1));
  const points = emptyPointColumns(count, grid.widthPx, grid.heightPx);
  points.colors.fill(200);
  for (let i = 0; i < count; i++) {
    const [col, row] = [i % grid.widthPx, Math.floor(i / grid.widthPx)];
    const [u, v] = rayThroughPixel(grid, col + 0.5, row + 0.5);
    const z = (4 + lean * cameraX) / (1 - lean * u);
    points.positions.set([u * z, v * z, z], 3 * i);
    points.pixels.set([col, row], 2 * i);
    points.normals.set(
      normal.map((value) => Math.round(value * 127)),
      3 * i,
    );
  }
  return { points, pose: { ...identitySim3, translation: [cameraX, 0, 0] } };
}

test('a disc lies flat on its surface and is as wide as its pixel there', () => {
  const { points, pose } = wall(0, 0.5);
  const view = depthViewOf(points, pose, grid, null);
  const gaussians = gaussiansFromPoints(points, view, []);
  expect(gaussians.count).toBe(points.count);
  for (const i of [0, 333, 1199]) {
    const rotation = Array.from(
      gaussians.rotations.subarray(4 * i, 4 * i + 4),
      (v) => v / 32767,
    ) as unknown as Quaternion;
    const thinAxis: Vec3 = rotate(rotation, [0, 0, 1]);
    const expected = [0.5, 0, -1].map((v) => v / Math.hypot(0.5, 1));
    // Normals are stored in 127 steps and rotations in 32767: half a degree.
    expect(thinAxis.reduce((sum, v, k) => sum + v * expected[k], 0)).toBeGreaterThan(Math.cos((0.6 * Math.PI) / 180));
    const [long, across, thin] = gaussians.logScales.subarray(3 * i, 3 * i + 3);
    expect(Math.exp(across)).toBeCloseTo((0.48 * points.positions[3 * i + 2]) / 40, 5);
    expect(long).toBeGreaterThanOrEqual(across);
    expect(thin).toBeLessThan(across);
  }
});

test('what the method itself predicts takes the place of the discs, and is kept once per surface too', () => {
  const [first, second] = [wall(0), wall(1)];
  for (const { points } of [first, second]) {
    const gaussians = emptyPointGaussians(points.count);
    points.gaussians = gaussians;
    // Every second pixel has one, a little before its point.
    for (let i = 0; i < points.count; i += 2) {
      gaussians.offsets.set([0, 0, -0.25], 3 * i);
      gaussians.logScales.set([-1, -2, -3], 3 * i);
      gaussians.rotations.set([0, 32767, 0, 0], 4 * i);
      gaussians.colors.set([10, 20, 30, 100], 4 * i);
    }
  }
  const alone = gaussiansFromPoints(first.points, depthViewOf(first.points, first.pose, grid, null), []);
  const view = depthViewOf(first.points, first.pose, grid, alone);
  expect(alone.count).toBe(first.points.count / 2);
  expect([...alone.means.subarray(3, 6)]).toEqual([...first.points.positions.subarray(6, 8), 3.75]);
  expect([...alone.logScales.subarray(0, 3)]).toEqual([-1, -2, -3]);
  expect([...alone.rotations.subarray(0, 4)]).toEqual([0, 32767, 0, 0]);
  expect([...alone.colors.subarray(0, 4)]).toEqual([10, 20, 30, 100]);
  const added = gaussiansFromPoints(second.points, depthViewOf(second.points, second.pose, grid, null), [view]);
  expect(added.count / alone.count).toBeCloseTo(0.25, 1);
  // A view that looks through the wall takes from its opacity.
  const far = wall(0);
  far.points.positions.forEach((value, i) => (far.points.positions[i] = 2 * value));
  const doubted = gaussiansFromPoints(first.points, view, [depthViewOf(far.points, far.pose, grid, null)]);
  expect(doubted.colors[3]).toBe(33);
});

test('a second photo of the same wall adds only what the first did not show', () => {
  const first = wall(0);
  const second = wall(1);
  const shown = gaussiansFromPoints(first.points, depthViewOf(first.points, first.pose, grid, null), []);
  const firstView = depthViewOf(first.points, first.pose, grid, shown);
  const secondView = depthViewOf(second.points, second.pose, grid, null);
  const added = gaussiansFromPoints(second.points, secondView, [firstView]);
  // The second camera stands 1 to the right of 4 wide: a quarter of its view is new.
  expect(added.count / second.points.count).toBeCloseTo(0.25, 1);
});

test('what the first photo saw aslant is shown again by one that sees it straight on', () => {
  // Both look at a wall that leans away to the right by 72°; the second has turned to face it.
  const first = wall(0, 3);
  const shown = gaussiansFromPoints(first.points, depthViewOf(first.points, first.pose, grid, null), []);
  const firstView = depthViewOf(first.points, first.pose, grid, shown);
  const straight = wall(0);
  const turn = Math.atan(3);
  const rotation: Quaternion = [0, Math.sin(turn / 2), 0, Math.cos(turn / 2)];
  // The foot of the perpendicular is 4 / √10 away: moved there, a wall at depth 4 is the same wall.
  const normal: Vec3 = rotate(rotation, [0, 0, 1]);
  const away = 4 / Math.sqrt(10) - 4;
  const pose: Sim3 = { rotation, translation: [normal[0] * away, normal[1] * away, normal[2] * away], scale: 1 };
  const same = (columns: PointColumns): number =>
    gaussiansFromPoints(columns, depthViewOf(columns, pose, grid, null), [firstView]).count;
  expect(same(straight.points)).toBe(straight.points.count);
});

test('a place whose disc was left out counts as shown only by the view that shows it', () => {
  const [first, second] = [wall(0), wall(0)];
  const none = {
    ...gaussiansFromPoints(first.points, depthViewOf(first.points, first.pose, grid, null), []),
    count: 0,
  };
  const view = depthViewOf(first.points, first.pose, grid, none);
  const added = gaussiansFromPoints(second.points, depthViewOf(second.points, second.pose, grid, null), [view]);
  expect(added.count).toBe(second.points.count);
});

test('agreement of other views raises opacity, and what two views look through is dropped', () => {
  const near = wall(0);
  const own = depthViewOf(near.points, near.pose, grid, null);
  const alone = gaussiansFromPoints(near.points, own, []);
  const agreeing = gaussiansFromPoints(near.points, own, [own]);
  expect(agreeing.colors[3]).toBeGreaterThan(alone.colors[3]);
  const deeper = { ...own, depths: own.depths.map((z) => z * 2) };
  expect(gaussiansFromPoints(near.points, own, [deeper, deeper]).count).toBe(0);
});

test('a chunk on disk gives back the same columns', () => {
  const { points, pose } = wall(0);
  const gaussians = gaussiansFromPoints(points, depthViewOf(points, pose, grid, null), []);
  expect(decodeGaussianChunk(encodeGaussianChunk(gaussians))).toEqual(gaussians);
});
