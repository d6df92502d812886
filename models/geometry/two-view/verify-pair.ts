// Which matches of two photos agree with one epipolar geometry, and how the photos lie to each other.

import type { Keypoints } from '../features/features.ts';
import { multiply3, skew3 } from '../linear-algebra/matrix3.ts';
import { seededRandom, type Random } from '../linear-algebra/random.ts';
import type { Matches } from '../matching/match-descriptors.ts';
import { fundamentalEstimator } from './fundamental.ts';
import { homographyEstimator } from './homography.ts';
import type { PointPairs, TwoViewMatrix } from './point-pairs.ts';
import { ransac, type RansacResult } from './ransac.ts';

export interface PairGeometry {
  /** Matches that agree, as pairs of feature indices. */
  inliers: Matches;
  /**
   * Fundamental matrix over coordinates ((x − w/2)/side, (y − h/2)/side), side the longer side of each photo:
   * [x2 y2 1] · F · [x1 y1 1]ᵀ = 0.
   */
  fundamental: TwoViewMatrix;
  /** Share of the inliers that one homography explains: near 1 for a plane, or for two photos from one place. */
  planarShare: number;
}

export interface Evidence {
  /** Fewer agreeing matches than this may be a coincidence. */
  leastInliers: number;
  /** Of all matches. */
  leastShare: number;
}

const usualEvidence: Evidence = { leastInliers: 15, leastShare: 0.2 };
/**
 * Matches through simulated views are many, and many are wrong: by chance 35 of 150 agree (measured on pairs of buddha13 that see opposite
 * sides of the head; above these limits nine in ten are right).
 */
export const strongEvidence: Evidence = { leastInliers: 40, leastShare: 0.33 };
/** Distance to the epipolar line, as a share of the longer side: 2.6 pixels of 640. Unknown lens distortion has to fit in. */
const threshold = 0.004;

/** null: the photos do not demonstrably show the same thing. Equal input gives equal output. */
export function verifyPair(
  a: Keypoints,
  b: Keypoints,
  matches: Matches,
  { leastInliers, leastShare }: Evidence = usualEvidence,
): PairGeometry | null {
  if (matches.length / 2 < leastInliers) return null;
  const pairs = centredPairs(a, b, matches);
  const random = seededRandom(matches.length);
  const epipolar = ransac(fundamentalEstimator(pairs, threshold * threshold), { random, maxIterations: 2000 });
  // Photos from one place have no epipolar geometry at all: then the homography speaks for the pair.
  const found = epipolar ?? planeAsEpipolar(pairs, random);
  if (!found || found.inliers.length < Math.max(leastInliers, leastShare * pairs.count)) return null;
  const inliers = new Int32Array(2 * found.inliers.length);
  found.inliers.forEach((m, k) => {
    inliers[2 * k] = matches[2 * m];
    inliers[2 * k + 1] = matches[2 * m + 1];
  });
  const agreeing = centredPairs(a, b, inliers);
  const plane = ransac(homographyEstimator(agreeing, threshold * threshold), { random, maxIterations: 200 });
  return {
    inliers,
    fundamental: found.model,
    planarShare: (plane?.inliers.length ?? 0) / agreeing.count,
  };
}

/** A homography as one of the fundamental matrices it is compatible with: the epipole is set to the middle of the second photo. */
function planeAsEpipolar(
  pairs: PointPairs,
  random: Random,
): Pick<RansacResult<TwoViewMatrix>, 'model' | 'inliers'> | null {
  const found = ransac(homographyEstimator(pairs, threshold * threshold), { random, maxIterations: 500 });
  return found && { model: multiply3(skew3([0, 0, 1]), found.model), inliers: found.inliers };
}

/** Matched points around the middle of each photo, in units of its longer side. */
export function centredPairs(a: Keypoints, b: Keypoints, matches: Matches | Uint16Array): PointPairs {
  const count = matches.length / 2;
  const pairs: PointPairs = {
    count,
    x1: new Float64Array(count),
    y1: new Float64Array(count),
    x2: new Float64Array(count),
    y2: new Float64Array(count),
  };
  const sideA = Math.max(a.widthPx, a.heightPx);
  const sideB = Math.max(b.widthPx, b.heightPx);
  for (let k = 0; k < count; k++) {
    const i = matches[2 * k];
    const j = matches[2 * k + 1];
    pairs.x1[k] = (a.xPx[i] - a.widthPx / 2) / sideA;
    pairs.y1[k] = (a.yPx[i] - a.heightPx / 2) / sideA;
    pairs.x2[k] = (b.xPx[j] - b.widthPx / 2) / sideB;
    pairs.y2[k] = (b.yPx[j] - b.heightPx / 2) / sideB;
  }
  return pairs;
}
