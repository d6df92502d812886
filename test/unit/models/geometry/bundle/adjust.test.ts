// Bundle adjustment: derivatives against finite differences, and the truth of a made-up scene found again.

import { describe, expect, test } from 'vitest';
import { adjustBundle } from '../../../../../models/geometry/bundle/adjust.ts';
import type { BundleProblem } from '../../../../../models/geometry/bundle/bundle-problem.ts';
import { findEnvelope } from '../../../../../models/geometry/bundle/envelope.ts';
import { emptyProjection, projectWithDerivatives } from '../../../../../models/geometry/bundle/linearise.ts';
import {
  multiply3,
  rotationAngleBetween,
  rotationFromVector,
} from '../../../../../models/geometry/linear-algebra/matrix3.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { syntheticScene, type SyntheticOptions, type SyntheticScene } from '../../../../support/synthetic-scene.ts';

function problemOf(scene: SyntheticScene, separateCameras = false): BundleProblem {
  const { cameras, points, observations, intrinsics } = scene;
  const sorted = observations.toSorted((a, b) => a.pointIdx - b.pointIdx);
  const pointCount = points.length / 3;
  const cameraCount = separateCameras ? cameras.length : 1;
  const start = new Int32Array(pointCount + 1);
  for (const o of sorted) start[o.pointIdx + 1]++;
  for (let i = 0; i < pointCount; i++) start[i + 1] += start[i];
  const parameters = Array.from({ length: cameraCount }, () => [intrinsics.fxPx, intrinsics.k1, intrinsics.k2]).flat();
  return {
    poseCount: cameras.length,
    rotations: Float64Array.from(cameras.flatMap((c) => [...c.rotation])),
    translations: Float64Array.from(cameras.flatMap((c) => c.translation)),
    poseFixed: Uint8Array.from(cameras, (_, i) => (i === 0 ? 1 : 0)),
    cameraOfPose: Int32Array.from(cameras, (_, i) => (separateCameras ? i : 0)),
    cameraCount,
    cameras: Float64Array.from(parameters),
    principalPoints: Float64Array.from(
      Array.from({ length: cameraCount }, () => [intrinsics.cxPx, intrinsics.cyPx]).flat(),
    ),
    cameraFree: new Uint8Array(3 * cameraCount).fill(1),
    cameraPriors: Float64Array.from(parameters),
    cameraPriorWeights: new Float64Array(3 * cameraCount),
    pointCount,
    points: points.slice(),
    observationStart: start,
    observationPose: Int32Array.from(sorted, (o) => o.cameraIdx),
    observationPx: Float64Array.from(sorted.flatMap((o) => [o.xPx, o.yPx])),
  };
}

const bent = { widthPx: 640, heightPx: 480, fxPx: 560, fyPx: 560, cxPx: 320, cyPx: 240, k1: -0.12, k2: 0.03 };

function disturbed(options: SyntheticOptions, separateCameras = false) {
  const scene = syntheticScene({ intrinsics: bent, ...options });
  const problem = problemOf(scene, separateCameras);
  const random = seededRandom(9);
  for (let pose = 1; pose < problem.poseCount; pose++) {
    const turn = rotationFromVector(0.01 * random.normal(), 0.01 * random.normal(), 0.01 * random.normal());
    problem.rotations.set(multiply3(turn, problem.rotations.subarray(9 * pose, 9 * pose + 9)), 9 * pose);
    for (let k = 0; k < 3; k++) problem.translations[3 * pose + k] += 0.03 * random.normal();
  }
  for (let i = 0; i < problem.points.length; i++) problem.points[i] += 0.03 * random.normal();
  for (let c = 0; c < problem.cameraCount; c++) problem.cameras.set([600, 0, 0], 3 * c);
  return { scene, problem };
}

describe('bundle adjustment', () => {
  test('derivatives agree with finite differences', () => {
    const { problem } = disturbed({ cameraCount: 3, pointCount: 12 });
    problem.cameras.set([570, -0.1, 0.02]);
    const out = emptyProjection();
    const moved = emptyProjection();
    const h = 1e-6;
    for (let point = 0; point < problem.pointCount; point++) {
      for (let o = problem.observationStart[point]; o < problem.observationStart[point + 1]; o++) {
        const pose = problem.observationPose[o];
        expect(projectWithDerivatives(problem, o, point, out)).toBe(true);
        const check = (change: (sign: number) => () => void, dx: number, dy: number): void => {
          const back1 = change(h);
          projectWithDerivatives(problem, o, point, moved);
          const [x1, y1] = [moved.rx, moved.ry];
          back1();
          const back2 = change(-h);
          projectWithDerivatives(problem, o, point, moved);
          back2();
          // Central differences of step 1e-6 on values of some hundred pixels: 1e-4 is their own rounding.
          expect((x1 - moved.rx) / (2 * h)).toBeCloseTo(dx, 3);
          expect((y1 - moved.ry) / (2 * h)).toBeCloseTo(dy, 3);
        };
        const nudge = (array: Float64Array, i: number) => (d: number) => {
          const was = array[i];
          array[i] += d;
          return () => {
            array[i] = was;
          };
        };
        for (let k = 0; k < 3; k++) {
          check(nudge(problem.points, 3 * point + k), out.byPoint[k], out.byPoint[3 + k]);
          check(nudge(problem.translations, 3 * pose + k), out.byPose[3 + k], out.byPose[9 + k]);
          check(nudge(problem.cameras, k), out.byCamera[k], out.byCamera[3 + k]);
          const turn = (d: number) => {
            const was = problem.rotations.slice(9 * pose, 9 * pose + 9);
            const vector: [number, number, number] = [0, 0, 0];
            vector[k] = d;
            problem.rotations.set(multiply3(rotationFromVector(...vector), was), 9 * pose);
            return () => problem.rotations.set(was, 9 * pose);
          };
          check(turn, out.byPose[k], out.byPose[6 + k]);
        }
      }
    }
  });

  test('exact observations bring back poses and lens exactly', () => {
    for (const separate of [false, true]) {
      const { scene, problem } = disturbed({}, separate);
      const summary = adjustBundle(problem, { maxIterations: 60, lossPx: 2, leastGain: 1e-12 });
      expect(summary.rmsePx).toBeLessThan(1e-3);
      expect(Math.abs(problem.cameras[0] - 560)).toBeLessThan(0.5);
      expect(Math.abs(problem.cameras[1] + 0.12)).toBeLessThan(2e-3);
      scene.cameras.forEach((camera, i) => {
        expect(rotationAngleBetween(problem.rotations.subarray(9 * i, 9 * i + 9), camera.rotation)).toBeLessThan(1e-3);
      });
    }
  });

  test('outliers hardly pull: one observation in ten is made up, the lens still comes out', () => {
    const { scene, problem } = disturbed({ noisePx: 0.5, outlierShare: 0.1, cameraCount: 8, pointCount: 300 });
    const summary = adjustBundle(problem, { maxIterations: 60, lossPx: 1 });
    expect(summary.finalCost).toBeLessThan(summary.initialCost);
    // Noise of half a pixel in x and y is 0.7 px; a point of six observations hides a part of it.
    expect(summary.rmsePx).toBeLessThan(0.75);
    expect(Math.abs(problem.cameras[0] - 560)).toBeLessThan(6);
    scene.cameras.forEach((camera, i) => {
      expect(rotationAngleBetween(problem.rotations.subarray(9 * i, 9 * i + 9), camera.rotation)).toBeLessThan(5e-3);
    });
  });

  test('held poses and held lens parameters do not move', () => {
    const { problem } = disturbed({ noisePx: 0.5 });
    problem.poseFixed[2] = 1;
    problem.cameraFree.set([0, 1, 0]);
    const rotations = problem.rotations.slice();
    adjustBundle(problem, { maxIterations: 10, lossPx: 2 });
    for (const pose of [0, 2]) {
      expect(problem.rotations.slice(9 * pose, 9 * pose + 9)).toEqual(rotations.slice(9 * pose, 9 * pose + 9));
    }
    expect(problem.cameras[0]).toBe(600);
    expect(problem.cameras[2]).toBe(0);
    expect(problem.cameras[1]).not.toBe(0);
  });
});

test('the reduced system of a walk takes room for neighbours only: twice the photos, twice the numbers', () => {
  const walk = (poseCount: number): number => {
    // Each point is seen by four photos in a row.
    const pointCount = poseCount - 3;
    const chain = {
      pointCount,
      observationStart: Int32Array.from({ length: pointCount + 1 }, (_, point) => 4 * point),
      observationPose: Int32Array.from({ length: 4 * pointCount }, (_, o) => (o >> 2) + (o & 3)),
    };
    const poseOffset = Int32Array.from({ length: poseCount }, (_, pose) => 6 * (pose - 1)).fill(-1, 0, 1);
    const size = 6 * (poseCount - 1) + 3;
    const { first, rowAt, length } = findEnvelope(
      chain as BundleProblem,
      poseOffset,
      Int32Array.of(6 * (poseCount - 1)),
      size,
    );
    // No two rows share a place.
    const places = new Set<number>();
    for (let row = 0; row < size; row++)
      for (let column = first[row]; column <= row; column++) places.add(rowAt[row] + column);
    expect(places.size).toBe(first.reduce((sum, column, row) => sum + row - column + 1, 0));
    expect(Math.max(...places)).toBeLessThan(length);
    return length;
  };
  // Three rows of the lens and six of each photo, of four photos: 162 numbers a photo at most.
  expect(walk(400)).toBeLessThan(162 * 400);
  expect(walk(400) / walk(200)).toBeLessThan(2.05);
});
