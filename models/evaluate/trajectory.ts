// Errors of a trajectory against the truth: absolute (ATE/APE) and relative (RPE), with the definitions of evo and the TUM benchmark.
//
// J. Sturm et al., "A benchmark for the evaluation of RGB-D SLAM systems", IROS 2012; numbers equal those of evo (M. Grupp).

import { angleBetween, compose, inverse, length, subtract, type Sim3 } from '../../projects/format/sim3.ts';
import { statisticsOf, type Statistics } from './statistics.ts';
import { alignPoints } from './umeyama.ts';

/** One camera seen twice: as estimated and as true, both camera-to-world with scale 1. */
export interface PosePair {
  estimate: Sim3;
  truth: Sim3;
}

export type Alignment = 'none' | 'se3' | 'sim3';

const degrees = 180 / Math.PI;

/** truthFromEstimate by Umeyama over the camera centres; identity for 'none'. */
export function alignmentOf(pairs: readonly PosePair[], kind: Alignment): Sim3 {
  if (kind === 'none') return { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 };
  return alignPoints(
    pairs.map((pair) => pair.estimate.translation),
    pairs.map((pair) => pair.truth.translation),
    kind === 'sim3',
  );
}

/** The estimates moved into the axes of the truth; their scale is put into the translation, so poses stay rigid. */
export function aligned(pairs: readonly PosePair[], truthFromEstimate: Sim3): PosePair[] {
  return pairs.map(({ estimate, truth }) => ({
    truth,
    estimate: { ...compose(truthFromEstimate, estimate), scale: 1 },
  }));
}

/** Distance of the camera centres per pose, in units of the truth (evo: APE, translation part). */
export function absoluteTranslationErrors(pairs: readonly PosePair[]): Statistics {
  return statisticsOf(pairs.map(({ estimate, truth }) => length(subtract(estimate.translation, truth.translation))));
}

/** Angle between the rotations per pose, degrees (evo: APE, rotation angle). */
export function absoluteRotationErrorsDeg(pairs: readonly PosePair[]): Statistics {
  return statisticsOf(pairs.map(({ estimate, truth }) => angleBetween(estimate.rotation, truth.rotation) * degrees));
}

/**
 * Relative pose error over the given index pairs: E = (truth_i⁻¹·truth_j)⁻¹·(estimate_i⁻¹·estimate_j).
 * Translation in units of the truth, rotation in degrees. Alignment by a rigid motion does not change it, scale does.
 */
export function relativeErrors(
  pairs: readonly PosePair[],
  steps: readonly (readonly [number, number])[] = consecutive(pairs.length),
): { translation: Statistics; rotationDeg: Statistics } {
  const translations: number[] = [];
  const rotations: number[] = [];
  for (const [i, j] of steps) {
    const truth = compose(inverse(pairs[i].truth), pairs[j].truth);
    const estimate = compose(inverse(pairs[i].estimate), pairs[j].estimate);
    const error = compose(inverse(truth), estimate);
    translations.push(length(error.translation));
    rotations.push(angleBetween(truth.rotation, estimate.rotation) * degrees);
  }
  return { translation: statisticsOf(translations), rotationDeg: statisticsOf(rotations) };
}

export function consecutive(count: number): [number, number][] {
  return Array.from({ length: Math.max(0, count - 1) }, (_, i) => [i, i + 1]);
}

/** Index pairs that lie `distance` apart along the estimated path, one after the other (evo: delta in metres, consecutive pairs). */
export function stepsByDistance(pairs: readonly PosePair[], distance: number): [number, number][] {
  const marks: number[] = [];
  let walked = 0;
  for (let i = 1; i < pairs.length; i++) {
    walked += length(subtract(pairs[i].estimate.translation, pairs[i - 1].estimate.translation));
    if (walked >= distance) {
      marks.push(i);
      walked = 0;
    }
  }
  return marks.slice(1).map((mark, i) => [marks[i], mark]);
}

/** Sums up one trajectory after Sim(3) alignment: what `eval` prints. */
export function trajectoryErrors(pairs: readonly PosePair[]): {
  scale: number;
  ateRmse: number;
  ateMedian: number;
  ateMax: number;
  ateRmseSe3: number;
  rotDegMean: number;
  rpeTransRmse: number;
  rpeRotDegRmse: number;
  truthFromEstimate: Sim3;
} {
  const truthFromEstimate = alignmentOf(pairs, 'sim3');
  const moved = aligned(pairs, truthFromEstimate);
  const ate = absoluteTranslationErrors(moved);
  const rpe = relativeErrors(moved);
  return {
    scale: truthFromEstimate.scale,
    ateRmse: ate.rmse,
    ateMedian: ate.median,
    ateMax: ate.max,
    ateRmseSe3: absoluteTranslationErrors(aligned(pairs, alignmentOf(pairs, 'se3'))).rmse,
    rotDegMean: absoluteRotationErrorsDeg(moved).mean,
    rpeTransRmse: rpe.translation.rmse,
    rpeRotDegRmse: rpe.rotationDeg.rmse,
    truthFromEstimate,
  };
}
