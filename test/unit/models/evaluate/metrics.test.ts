// Depth, point and track metrics on small cases worked out by hand.

import { describe, expect, test } from 'vitest';
import { depthErrors, medianScale, scaleAndShift } from '../../../../models/evaluate/depth.ts';
import { NearestPoints } from '../../../../models/evaluate/nearest.ts';
import { pointScores, thinned } from '../../../../models/evaluate/points.ts';
import { trackScores } from '../../../../models/evaluate/tracks.ts';

describe('depth', () => {
  test('errors by hand: 10 %, 0 and 50 % too far', () => {
    const errors = depthErrors([1.1, 2, 6], [1, 2, 4]);
    expect(errors.absRel).toBeCloseTo(0.2, 12);
    expect(errors.medianRel).toBeCloseTo(0.1, 12);
    expect(errors.delta125).toBeCloseTo(2 / 3, 12);
  });

  test('one scale and scale with shift undo what was done to the truth', () => {
    const truth = [1, 2, 4, 7, 3];
    expect(
      medianScale(
        truth.map((d) => d / 3),
        truth,
      ),
    ).toBeCloseTo(3, 12);
    const { scale, shift } = scaleAndShift(
      truth.map((d) => (d - 0.5) / 2),
      truth,
    );
    expect([scale, shift]).toEqual([expect.closeTo(2, 12), expect.closeTo(0.5, 12)]);
  });
});

describe('points', () => {
  test('the tree finds the same neighbour as looking at all of them', () => {
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const points = Float32Array.from({ length: 3 * 500 }, random);
    const tree = new NearestPoints(points);
    for (let q = 0; q < 100; q++) {
      const query = [random(), random(), random()];
      let best = Infinity;
      for (let i = 0; i < points.length; i += 3)
        best = Math.min(best, Math.hypot(points[i] - query[0], points[i + 1] - query[1], points[i + 2] - query[2]));
      expect(tree.nearest(query[0], query[1], query[2]).distance).toBeCloseTo(best, 12);
    }
  });

  test('half a plane, a step above: accuracy is the step, completeness is worse, normals agree', () => {
    const plane = (columns: number, z: number) => ({
      positions: Float32Array.from(
        Array.from({ length: columns * 10 }, (_, i) => [i % columns, Math.floor(i / columns), z]).flat(),
      ),
      normals: Float32Array.from(Array.from({ length: columns * 10 }, () => [0, 0, 1]).flat()),
    });
    const scores = pointScores(plane(5, 0.25), plane(10, 0));
    expect(scores.accuracyMean).toBeCloseTo(0.25, 6);
    expect(scores.accuracyMedian).toBeCloseTo(0.25, 6);
    // Columns 5…9 are 1…5 away from the last column that was found.
    const far = [1, 2, 3, 4, 5].map((d) => Math.hypot(d, 0.25));
    expect(scores.completenessMean).toBeCloseTo((5 * 0.25 + far.reduce((a, b) => a + b)) / 10, 6);
    expect(scores.normalConsistency).toBe(1);
  });

  test('an empty prediction has no accuracy instead of an invented one', () => {
    const truth = { positions: Float32Array.of(0, 0, 0), normals: null };
    expect(pointScores({ positions: new Float32Array(0), normals: null }, truth).accuracyMean).toBeNaN();
  });

  test('thinning leaves one point per cell', () => {
    const cloud = { positions: Float32Array.of(0.1, 0, 0, 0.2, 0, 0, 1.1, 0, 0), normals: null };
    expect(thinned(cloud, 1).positions.length).toBe(6);
  });
});

describe('tracks', () => {
  const size = { widthPx: 256, heightPx: 256 };
  const frame = (dx: number, truthVisible = true, predictedVisible = true) => ({
    truth: { xPx: 10, yPx: 10, visible: truthVisible },
    prediction: { xPx: 10 + dx, yPx: 10, visible: predictedVisible },
  });

  test('a perfect track scores one, and the query frame does not count', () => {
    const scores = trackScores([{ queryFrameIdx: 0, frames: [frame(99), frame(0), frame(0)] }], size);
    expect(scores).toEqual({ occlusionAccuracy: 1, averagePointsWithin: 1, averageJaccard: 1 });
  });

  test('an error of 3 pixels passes three of five thresholds', () => {
    const scores = trackScores([{ queryFrameIdx: 0, frames: [frame(0), frame(3)] }], size);
    expect(scores.averagePointsWithin).toBeCloseTo(3 / 5, 12);
    expect(scores.averageJaccard).toBeCloseTo(3 / 5, 12);
  });

  test('a hidden point called visible is a false positive, a missed one a false negative', () => {
    const frames = [frame(0), frame(0), frame(0, false, true), frame(0, true, false)];
    const scores = trackScores([{ queryFrameIdx: 0, frames }], size);
    expect(scores.occlusionAccuracy).toBeCloseTo(1 / 3, 12);
    expect(scores.averagePointsWithin).toBe(1);
    // One true positive, one false positive, one false negative.
    expect(scores.averageJaccard).toBeCloseTo(1 / 3, 12);
  });

  test('distances are measured in a 256×256 picture', () => {
    const scores = trackScores([{ queryFrameIdx: 0, frames: [frame(0), frame(3)] }], { widthPx: 768, heightPx: 256 });
    expect(scores.averagePointsWithin).toBeCloseTo(4 / 5, 12);
  });
});
