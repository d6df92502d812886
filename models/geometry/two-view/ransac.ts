// Locally optimised RANSAC (Chum, Matas, Kittler 2003) with the truncated score of MSAC (Torr and Zisserman 2000).

import type { Random } from '../linear-algebra/random.ts';

/** What RANSAC has to know of a model: how to make one, and how badly it explains the data. */
export interface Estimator<Model> {
  /** Number of data. */
  count: number;
  sampleSize: number;
  /** Models through a minimal sample; none when the sample is degenerate. */
  solve(sample: Int32Array): Model[];
  /** Σ min(error²/threshold², 1); may stop early with any value above `limit`. */
  cost(model: Model, limit: number): number;
  inliersOf(model: Model): Int32Array;
  /** A better model from many data, or null. */
  refine(model: Model, inliers: Int32Array): Model | null;
}

export interface RansacOptions {
  random: Random;
  maxIterations: number;
  /** Least iterations, whatever the inlier share promises. */
  minIterations?: number;
  /** Wanted probability to have drawn one sample without outliers. */
  confidence?: number;
}

export interface RansacResult<Model> {
  model: Model;
  inliers: Int32Array;
  cost: number;
}

export function ransac<Model>(estimator: Estimator<Model>, options: RansacOptions): RansacResult<Model> | null {
  const { random, maxIterations, minIterations = 20, confidence = 0.9999 } = options;
  const { count, sampleSize } = estimator;
  if (count < sampleSize) return null;
  const sample = new Int32Array(sampleSize);
  let best: Model | null = null;
  let bestCost = count;
  let needed = maxIterations;
  for (let round = 0; round < Math.max(minIterations, Math.min(needed, maxIterations)); round++) {
    random.sample(count, sampleSize, sample);
    for (const candidate of estimator.solve(sample)) {
      const cost = estimator.cost(candidate, bestCost);
      if (!(cost < bestCost)) continue;
      best = candidate;
      bestCost = cost;
      // Refinement pays from the moment that a model is more than a coincidence.
      for (let step = 0; step < 3; step++) {
        const inliers: Int32Array = estimator.inliersOf(best);
        if (inliers.length <= sampleSize) break;
        const refined = estimator.refine(best, inliers);
        const refinedCost = refined === null ? Infinity : estimator.cost(refined, bestCost);
        if (refined === null || !(refinedCost < bestCost)) break;
        best = refined;
        bestCost = refinedCost;
      }
      const share = Math.min(1, estimator.inliersOf(best).length / count);
      needed = Math.log(1 - confidence) / Math.log(Math.max(1e-12, 1 - Math.min(1 - 1e-9, share ** sampleSize)));
    }
  }
  return best === null ? null : { model: best, inliers: estimator.inliersOf(best), cost: bestCost };
}
