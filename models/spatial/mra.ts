// The score of a numeric answer.

/** The ten thresholds, written out: computing them from a step gives nine, ten or eleven, as rounding has it. */
const thresholds = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95] as const;

/**
 * Mean relative accuracy (VSI-Bench, J. Yang et al. 2024): the share of the thresholds θ for which |p − t| / t ≤ 1 − θ, with prediction p
 * and truth t > 0. The released scorer compares with ≤, the paper with <; this is the scorer's. A prediction that is no number scores 0.
 */
export function meanRelativeAccuracy(prediction: number, truth: number): number {
  const off = Math.abs(prediction - truth) / truth;
  // 1 − 0.9 is a hair below 0.1 in binary: an answer that is ten percent off keeps its threshold.
  return thresholds.filter((theta) => off <= 1 - theta + 1e-9).length / thresholds.length;
}
