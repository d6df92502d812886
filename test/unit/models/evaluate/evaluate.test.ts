// The whole of `eval` on a small world whose answers are known.

import { expect, test } from 'vitest';
import { evaluate } from '../../../../models/evaluate/evaluate.ts';
import type { EvaluatedFrame } from '../../../../models/evaluate/collect.ts';
import type { GroundTruth } from '../../../../projects/format/ground-truth.ts';
import { pinhole, rayThroughPixel } from '../../../../projects/format/intrinsics.ts';
import { emptyPointColumns, type PointColumns } from '../../../../projects/format/point-chunk.ts';
import { compose, normalizedQuaternion, type Sim3 } from '../../../../projects/format/sim3.ts';

const camera = pinhole(32, 24, 30);
const truths: Sim3[] = Array.from({ length: 6 }, (_, i) => ({
  rotation: normalizedQuaternion([0, 0.05 * i, 0.01 * i, 1]),
  translation: [i, 0.3 * i * i, Math.sin(i)],
  scale: 1,
}));
/** The run's world: half the size, turned and elsewhere. */
const worldFromTruth: Sim3 = { rotation: normalizedQuaternion([0.2, 0.5, 0, 1]), translation: [7, 8, 9], scale: 0.5 };
const metresAt = (x: number, y: number): number => (x < 8 ? 0 : 2 + 0.05 * x + 0.03 * y);

const groundTruth: GroundTruth = {
  frameCount: 6,
  poses: new Map(truths.entries()),
  intrinsics: new Map(truths.map((_, i) => [i, camera])),
  depthIdxs: [0, 1],
  readDepth: async () => ({
    widthPx: 32,
    heightPx: 24,
    metres: Float32Array.from({ length: 32 * 24 }, (_, i) => metresAt(i % 32, Math.floor(i / 32))),
  }),
};

const frames: EvaluatedFrame[] = truths.map((truth, orderIdx) => ({
  orderIdx,
  status: 'placed',
  submapIdx: 0,
  worldFromCamera: { ...compose(worldFromTruth, truth), scale: 1 },
  intrinsics: camera,
}));

/** Every second row is confident; depth is the true one in the run's units, times a factor. */
function points(factor: number): PointColumns {
  const count = 24 * 24;
  const columns = emptyPointColumns(count, 32, 24);
  for (let i = 0; i < count; i++) {
    const x = 8 + (i % 24);
    const y = Math.floor(i / 24);
    const z = metresAt(x, y) * 0.5 * factor;
    const ray = rayThroughPixel(camera, x + 0.5, y + 0.5);
    columns.positions.set([ray[0] * z, ray[1] * z, z], i * 3);
    columns.pixels.set([x, y], i * 2);
    columns.colors[i * 4 + 3] = y % 2 === 0 ? 128 : 127;
  }
  return columns;
}

test('a run that is the truth in other units has no errors, and half of the sensor cells covered', async () => {
  const result = await evaluate({ frames, pointsOf: async () => points(1), groundTruth });
  expect(result).toMatchObject({ frames: 6, registered: 6 });
  expect(result.trajectory).toMatchObject({ rra30: 1, rta30: 1, matched: 6 });
  expect(result.trajectory!.scale).toBeCloseTo(2, 9);
  expect(result.trajectory!.ateRmse).toBeLessThan(1e-9);
  expect(result.trajectory!.rpeTransRmse).toBeLessThan(1e-9);
  // Positions are float32: about 1e-7 relative.
  expect(result.depth!.absRel).toBeLessThan(1e-6);
  expect(result.depth).toMatchObject({ delta125: 1, coverage: 0.5, pixels: 2 * 24 * 12, frames: 2 });
  expect(result.depth!.scale).toBeCloseTo(2, 6);
  expect(result.depth!.absRelMetric).toBeCloseTo(0.5, 6);
  // Both clouds lie on the same surfaces; cells of 1/500 of the extent and every n-th pixel leave less than a pixel's width.
  expect(result.points!.accuracyMean).toBeLessThan(0.1);
});

test('one scale serves all frames: a frame ten percent too deep shows', async () => {
  const result = await evaluate({
    frames,
    pointsOf: async (i) => points(i === 0 ? 1 : 1.1),
    groundTruth: { ...groundTruth, depthIdxs: [0, 2, 3] },
  });
  // The median frame is the deep one, so one of three is 10 % too near against it.
  expect(result.depth!.absRel).toBeCloseTo((1 - 1 / 1.1) / 3, 5);
});

test('a frame scaled by its pose counts with that scale', async () => {
  const scaled = frames.map((frame) => ({ ...frame, worldFromCamera: { ...frame.worldFromCamera!, scale: 2 } }));
  const result = await evaluate({ frames: scaled, pointsOf: async () => points(0.5), groundTruth });
  expect(result.trajectory!.ateRmse).toBeLessThan(1e-9);
  expect(result.depth!.scale).toBeCloseTo(2, 6);
  expect(result.points!.accuracyMean).toBeLessThan(0.1);
});

test('unplaced frames are counted, and lower the pair scores', async () => {
  const some = frames.map((frame, i) =>
    i < 4 ? frame : ({ ...frame, status: 'waiting', worldFromCamera: null } as const),
  );
  const result = await evaluate({ frames: some, pointsOf: async () => null, groundTruth });
  expect(result).toMatchObject({ frames: 6, registered: 4, depth: null });
  expect(result.trajectory!.rra30).toBeCloseTo(6 / 15, 12);
});

test('without any truth everything is null instead of invented', async () => {
  const nothing: GroundTruth = {
    frameCount: 0,
    poses: new Map(),
    intrinsics: new Map(),
    depthIdxs: [],
    readDepth: async () => null,
  };
  const result = await evaluate({ frames, pointsOf: async () => points(1), groundTruth: nothing });
  expect(result).toEqual({ frames: 6, registered: 6, trajectory: null, depth: null, points: null });
});
