// Trajectory metrics: the digits of evo on public trajectories, and truths that follow from the construction.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alignPoints } from '../../../../models/evaluate/umeyama.ts';
import {
  absoluteRotationErrorsDeg,
  absoluteTranslationErrors,
  aligned,
  alignmentOf,
  relativeErrors,
  stepsByDistance,
  type PosePair,
} from '../../../../models/evaluate/trajectory.ts';
import { pairwiseScores } from '../../../../models/evaluate/pairwise-poses.ts';
import { associate, parseTumTrajectory } from '../../../../projects/import/ground-truth/tum-trajectory.ts';
import {
  angleBetween,
  normalizedQuaternion,
  transformPoint,
  type Sim3,
  type Vec3,
} from '../../../../projects/format/sim3.ts';

const fixture = (name: string) =>
  parseTumTrajectory(
    readFileSync(new URL(`../../../fixtures/trajectories/freiburg1_xyz-${name}.txt`, import.meta.url), 'utf8'),
  );

function pairsOf(name: string): PosePair[] {
  const truth = fixture('groundtruth');
  const estimate = fixture(name);
  return associate(truth, estimate, 0.01).map(([t, e]) => ({
    truth: truth[t].worldFromCamera,
    estimate: estimate[e].worldFromCamera,
  }));
}

// Stated by evo v1.36.5 with nine decimals; the smallest is 0.0058, so half a unit of the last decimal is 1e-7 relative.
const stated = {
  rgbdslam: {
    count: 785,
    ape: { none: 0.020079418, se3: 0.013470089, sim3: 0.013389385 },
    medianSe3: 0.011183187,
    stdSe3: 0.006070809,
    rotSe3: 2.057699602,
    scale: 1.00800139,
    rpe: 0.005764371,
    rpeRot: 0.353613161,
    rpeSim3: 0.005805695,
  },
  ORB_kf_mono: {
    count: 32,
    ape: { none: 2.025141546, se3: 0.024301632, sim3: 0.009754582 },
    medianSe3: 0.021090778,
    stdSe3: 0.008937924,
    rotSe3: 2.371823868,
    scale: 1.105622364,
    rpe: 0.025265936,
    rpeRot: 0.88484896,
    rpeSim3: 0.013834918,
  },
} as const;

describe.each(Object.entries(stated))('%s against the truth', (name, want) => {
  const pairs = pairsOf(name);
  const close = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6);

  test('as many poses match by time as evo finds', () => {
    expect(pairs.length).toBe(want.count);
  });

  test('absolute errors equal those of evo without, with rigid and with similarity alignment', () => {
    for (const kind of ['none', 'se3', 'sim3'] as const)
      close(absoluteTranslationErrors(aligned(pairs, alignmentOf(pairs, kind))).rmse, want.ape[kind]);
    const se3 = aligned(pairs, alignmentOf(pairs, 'se3'));
    close(absoluteTranslationErrors(se3).median, want.medianSe3);
    close(absoluteTranslationErrors(se3).std, want.stdSe3);
    close(absoluteRotationErrorsDeg(se3).rmse, want.rotSe3);
    close(alignmentOf(pairs, 'sim3').scale, want.scale);
  });

  test('relative errors from pose to pose equal those of evo', () => {
    const plain = relativeErrors(pairs);
    close(plain.translation.rmse, want.rpe);
    close(plain.rotationDeg.rmse, want.rpeRot);
    close(relativeErrors(aligned(pairs, alignmentOf(pairs, 'sim3'))).translation.rmse, want.rpeSim3);
  });
});

const turned: Sim3 = { rotation: normalizedQuaternion([0.1, -0.4, 0.3, 0.8]), translation: [3, -2, 5], scale: 2.5 };

test('Umeyama finds the similarity that made the target, also for points in a plane', () => {
  const source: Vec3[] = Array.from({ length: 12 }, (_, i) => [Math.sin(i * 1.7), Math.cos(i * 2.3), 0]);
  const found = alignPoints(
    source,
    source.map((p) => transformPoint(turned, p)),
    true,
  );
  expect(found.scale).toBeCloseTo(2.5, 10);
  // acos of nearly 1 keeps half of the digits.
  expect(angleBetween(found.rotation, turned.rotation)).toBeLessThan(1e-7);
  found.translation.forEach((value, k) => expect(value).toBeCloseTo(turned.translation[k], 10));
});

test('pairs by distance begin where the path has gone far enough', () => {
  const pose = (x: number): Sim3 => ({ rotation: [0, 0, 0, 1], translation: [x, 0, 0], scale: 1 });
  const pairs = [0, 1, 2, 3, 4, 5, 6].map((x) => ({ truth: pose(x), estimate: pose(x) }));
  expect(stepsByDistance(pairs, 2)).toEqual([
    [2, 4],
    [4, 6],
  ]);
});

describe('scores over all pairs', () => {
  const at = (x: number, y: number): Sim3 => ({ rotation: [0, 0, 0, 1], translation: [x, y, 0], scale: 1 });
  const truths = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];

  test('a similarity of the truth is perfect', () => {
    const frames = truths.map((truth) => ({
      truth,
      estimate: { ...truth, translation: transformPoint({ ...turned, rotation: [0, 0, 0, 1] }, truth.translation) },
      submapIdx: 0,
    }));
    expect(pairwiseScores(frames)).toEqual({ rra30: 1, rta30: 1, auc30: expect.closeTo(1, 12), pairs: 6 });
  });

  test('a camera that was not placed makes its pairs wrong, a submap apart too', () => {
    const frames = truths.map((truth, i) => ({ truth, estimate: i === 3 ? null : truth, submapIdx: 0 }));
    expect(pairwiseScores(frames).rra30).toBe(0.5);
    expect(pairwiseScores(truths.map((truth, i) => ({ truth, estimate: truth, submapIdx: i % 2 }))).rra30).toBeCloseTo(
      2 / 6,
    );
  });

  test('an error of 10.5° costs ten thirtieths of the area', () => {
    const half = (10.5 * Math.PI) / 360;
    const frames = [
      { truth: at(0, 0), estimate: at(0, 0), submapIdx: 0 },
      {
        truth: at(0, 1),
        estimate: { ...at(0, 1), rotation: [Math.sin(half), 0, 0, Math.cos(half)] as const },
        submapIdx: 0,
      },
    ];
    // It falls into the bin 10…11, so the accuracy is 0 for ten bins and 1 for twenty.
    expect(pairwiseScores(frames).auc30).toBeCloseTo(20 / 30, 12);
  });

  test('going the opposite way is wrong', () => {
    const frames = [at(0, 0), at(1, 0)].map((truth, i) => ({ truth, estimate: at(-i, 0), submapIdx: 0 }));
    expect(pairwiseScores(frames).rta30).toBe(0);
  });
});
