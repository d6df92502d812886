// How many pairs of cameras stand right to each other: RRA, RTA and AUC over all pairs.
//
// Definitions of PoseDiffusion (J. Wang et al., ICCV 2023) and VGGT (J. Wang et al., CVPR 2025), with two things said plainly: the sign of the
// translation counts (180° is wrong, they fold it to 0°), and a pair with a camera that was not placed is a wrong pair, not a missing one.

import { angleBetween, compose, dot, inverse, length, type Sim3 } from '../../projects/format/sim3.ts';

export interface PairwiseScores {
  /** Share of pairs whose relative rotation is within 30°. */
  rra30: number;
  /** Share of pairs whose relative translation points within 30°. */
  rta30: number;
  /** Area under the accuracy curve of max(rotation, translation) up to 30°, in steps of 1°. */
  auc30: number;
  pairs: number;
}

/**
 * @param frames the truth of every frame, and its estimate or null when it was not placed; estimates of different `submapIdx` share no world.
 */
export function pairwiseScores(
  frames: readonly { truth: Sim3; estimate: Sim3 | null; submapIdx: number }[],
): PairwiseScores {
  const limit = 30;
  const bins = new Float64Array(limit);
  let pairs = 0;
  let rotationRight = 0;
  let translationRight = 0;
  for (let i = 0; i < frames.length; i++)
    for (let j = i + 1; j < frames.length; j++) {
      pairs++;
      const a = frames[i];
      const b = frames[j];
      if (a.estimate === null || b.estimate === null || a.submapIdx !== b.submapIdx) continue;
      const truth = compose(inverse(a.truth), b.truth);
      const estimate = compose(inverse(a.estimate), b.estimate);
      const rotation = (angleBetween(truth.rotation, estimate.rotation) * 180) / Math.PI;
      const translation = directionErrorDeg(truth.translation, estimate.translation);
      if (rotation < limit) rotationRight++;
      if (translation < limit) translationRight++;
      const worst = Math.max(rotation, translation);
      // numpy.histogram puts the upper edge into the last bin; so do we.
      if (worst <= limit) bins[Math.min(limit - 1, Math.floor(worst))]++;
    }
  if (pairs === 0) return { rra30: NaN, rta30: NaN, auc30: NaN, pairs };
  let cumulated = 0;
  let area = 0;
  for (const bin of bins) {
    cumulated += bin / pairs;
    area += cumulated / limit;
  }
  return { rra30: rotationRight / pairs, rta30: translationRight / pairs, auc30: area, pairs };
}

/** Angle between two directions in degrees; 0 when the truth does not move (it has no direction), 180 when only the estimate does not. */
export function directionErrorDeg(truth: Sim3['translation'], estimate: Sim3['translation']): number {
  const lt = length(truth);
  const le = length(estimate);
  if (lt < 1e-9) return 0;
  if (le < 1e-12) return 180;
  return (Math.acos(Math.min(1, Math.max(-1, dot(truth, estimate) / (lt * le)))) * 180) / Math.PI;
}
