// The similarity between two point sets with a weight for each pair: weighted Procrustes with scale, plain and robust.

import { determinant3, multiply3, transpose3 } from '../../geometry/linear-algebra/matrix3.ts';
import { svd3 } from '../../geometry/linear-algebra/svd3.ts';
import { matrixFromQuaternion, quaternionFromMatrix, type Sim3 } from '../../../projects/format/sim3.ts';

/** Pairs of points that should meet: source ↦ target, with weights of at least 0. */
export interface WeightedPairs {
  /** n × 3 */
  source: Float64Array;
  /** n × 3 */
  target: Float64Array;
  /** n */
  weights: Float64Array;
}

/** Rounds of reweighting; the median-like solution moves little after these. */
const robustRounds = 5;
/** Distances below this share of the size of the target count alike, so that perfect pairs do not divide by zero. */
const softness = 1e-3;

/**
 * targetFromSource in weighted least squares (Umeyama 1991, weighted).
 * @returns null when fewer than three pairs have weight, all points coincide, or numbers are not finite
 */
export function weightedSimilarity({ source, target, weights }: WeightedPairs): Sim3 | null {
  const s = [0, 0, 0];
  const t = [0, 0, 0];
  let total = 0;
  let used = 0;
  for (let i = 0, p = 0; i < weights.length; i++, p += 3) {
    const w = weights[i];
    if (!(w > 0)) continue;
    used++;
    total += w;
    for (let k = 0; k < 3; k++) {
      s[k] += w * source[p + k];
      t[k] += w * target[p + k];
    }
  }
  if (used < 3) return null;
  for (let k = 0; k < 3; k++) {
    s[k] /= total;
    t[k] /= total;
  }
  const covariance = new Float64Array(9);
  let variance = 0;
  for (let i = 0, p = 0; i < weights.length; i++, p += 3) {
    const w = weights[i] / total;
    if (!(w > 0)) continue;
    const x = source[p] - s[0];
    const y = source[p + 1] - s[1];
    const z = source[p + 2] - s[2];
    variance += w * (x * x + y * y + z * z);
    for (let r = 0; r < 3; r++) {
      const d = w * (target[p + r] - t[r]);
      covariance[3 * r] += d * x;
      covariance[3 * r + 1] += d * y;
      covariance[3 * r + 2] += d * z;
    }
  }
  if (!(variance > 0) || !covariance.every(Number.isFinite)) return null;
  const { u, s: singular, v } = svd3(covariance);
  const sign = determinant3(u) * determinant3(v) < 0 ? -1 : 1;
  const m = multiply3(multiply3(u, [1, 0, 0, 0, 1, 0, 0, 0, sign]), transpose3(v));
  const scale = (singular[0] + singular[1] + sign * singular[2]) / variance;
  if (!(scale > 0 && Number.isFinite(scale))) return null;
  const moved = (row: number): number => scale * (m[row] * s[0] + m[row + 1] * s[1] + m[row + 2] * s[2]);
  return {
    rotation: quaternionFromMatrix(m),
    scale,
    translation: [t[0] - moved(0), t[1] - moved(3), t[2] - moved(6)],
  };
}

/** The same for the sum of weighted distances instead of squares (iteratively reweighted): outliers pull with bounded force. */
export function robustSimilarity(pairs: WeightedPairs): Sim3 | null {
  const { source, target, weights } = pairs;
  let found = weightedSimilarity(pairs);
  if (!found) return null;
  const soft2 = (softness * spreadOf(target, weights)) ** 2;
  const reweighted = new Float64Array(weights.length);
  for (let round = 0; round < robustRounds; round++) {
    const m = scaledMatrix(found);
    const [tx, ty, tz] = found.translation;
    for (let i = 0, p = 0; i < weights.length; i++, p += 3) {
      const x = source[p];
      const y = source[p + 1];
      const z = source[p + 2];
      const dx = m[0] * x + m[1] * y + m[2] * z + tx - target[p];
      const dy = m[3] * x + m[4] * y + m[5] * z + ty - target[p + 1];
      const dz = m[6] * x + m[7] * y + m[8] * z + tz - target[p + 2];
      reweighted[i] = weights[i] > 0 ? weights[i] / Math.sqrt(dx * dx + dy * dy + dz * dz + soft2) : 0;
    }
    const next = weightedSimilarity({ source, target, weights: reweighted });
    if (!next) break;
    found = next;
  }
  return found;
}

/** Scale times rotation, 9 numbers row by row. */
export const scaledMatrix = ({ rotation, scale }: Sim3): number[] =>
  matrixFromQuaternion(rotation).map((value) => value * scale);

/** Weighted mean distance of points from the origin. */
export function spreadOf(points: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0, p = 0; i < weights.length; i++, p += 3) {
    if (!(weights[i] > 0)) continue;
    sum += weights[i] * Math.sqrt(points[p] ** 2 + points[p + 1] ** 2 + points[p + 2] ** 2);
    total += weights[i];
  }
  return total > 0 ? sum / total : 0;
}
