// Fundamental matrices: seven points (minimal) and eight or more points (least squares), with robust estimation.

import { svd3 } from '../linear-algebra/svd3.ts';
import { determinant3, multiply3, transpose3 } from '../linear-algebra/matrix3.ts';
import { nullSpace } from '../linear-algebra/null-space.ts';
import { realRoots } from '../linear-algebra/polynomial.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { sampsonCost, sampsonInliers, sampsonSquared, type PointPairs, type TwoViewMatrix } from './point-pairs.ts';
import type { Estimator } from './ransac.ts';

/** Up to three matrices through seven pairs: det(a·F1 + (1−a)·F2) = 0 (Hartley and Zisserman, section 11.1.2). */
export function sevenPoint(pairs: PointPairs, sample: ArrayLike<number>): TwoViewMatrix[] {
  const rows = new Float64Array(63);
  for (let r = 0; r < 7; r++) constraintRow(pairs, sample[r], rows, r * 9, 1);
  const basis = nullSpace(rows, 7, 9);
  if (!basis) return [];
  const [a, b] = basis;
  // The determinant is a cubic in the weight of a: read off from four values.
  const at = (w: number): number => determinant3(a.map((value, i) => value * w + b[i] * (1 - w)));
  const d0 = at(0);
  const d1 = at(1);
  const dm = at(-1);
  const d2 = at(2);
  const c2 = (d1 + dm) / 2 - d0;
  const c3 = (d2 - 2 * d1 + d0 - 2 * c2) / 6;
  const c1 = d1 - d0 - c2 - c3;
  return realRoots([d0, c1, c2, c3]).map((w) => a.map((value, i) => value * w + b[i] * (1 - w)));
}

/** Least squares over the given pairs, with Hartley's normalisation and rank two enforced. */
export function eightPoint(
  pairs: PointPairs,
  idxs: ArrayLike<number>,
  weights: Float64Array | null = null,
): TwoViewMatrix | null {
  if (idxs.length < 8) return null;
  const n1 = normalisation(pairs.x1, pairs.y1, idxs);
  const n2 = normalisation(pairs.x2, pairs.y2, idxs);
  const normal = new Float64Array(81);
  const row = new Float64Array(9);
  for (let k = 0; k < idxs.length; k++) {
    const i = idxs[k];
    const x1 = (pairs.x1[i] - n1.x) * n1.s;
    const y1 = (pairs.y1[i] - n1.y) * n1.s;
    const x2 = (pairs.x2[i] - n2.x) * n2.s;
    const y2 = (pairs.y2[i] - n2.y) * n2.s;
    row[0] = x2 * x1;
    row[1] = x2 * y1;
    row[2] = x2;
    row[3] = y2 * x1;
    row[4] = y2 * y1;
    row[5] = y2;
    row[6] = x1;
    row[7] = y1;
    row[8] = 1;
    const weight = weights ? weights[k] : 1;
    for (let r = 0; r < 9; r++) {
      const scaled = weight * row[r];
      for (let c = r; c < 9; c++) normal[r * 9 + c] += scaled * row[c];
    }
  }
  for (let r = 0; r < 9; r++) for (let c = 0; c < r; c++) normal[r * 9 + c] = normal[c * 9 + r];
  const f = symmetricEigen(normal, 9).vectors.subarray(0, 9);
  const { u, s, v } = svd3(f);
  const rankTwo = multiply3(multiply3(u, [s[0], 0, 0, 0, s[1], 0, 0, 0, 0]), transpose3(v));
  const t1 = [n1.s, 0, -n1.s * n1.x, 0, n1.s, -n1.s * n1.y, 0, 0, 1];
  const t2t = [n2.s, 0, 0, 0, n2.s, 0, -n2.s * n2.x, -n2.s * n2.y, 1];
  const out = multiply3(multiply3(t2t, rankTwo), t1);
  return out.every(Number.isFinite) ? out : null;
}

/** @param thresholdSquared of the Sampson distance, in the unit of the pairs */
export function fundamentalEstimator(pairs: PointPairs, thresholdSquared: number): Estimator<TwoViewMatrix> {
  return {
    count: pairs.count,
    sampleSize: 7,
    solve: (sample) => sevenPoint(pairs, sample),
    cost: (f, limit) => sampsonCost(pairs, f, thresholdSquared, limit),
    inliersOf: (f) => sampsonInliers(pairs, f, thresholdSquared),
    refine(f, inliers) {
      // Dividing by the gradient makes the algebraic error the Sampson distance (iterative reweighting).
      const weights = Float64Array.from(inliers, (i) => sampsonWeight(f, pairs, i, thresholdSquared));
      return eightPoint(pairs, inliers, weights);
    },
  };
}

/** Weight of a pair in the algebraic least squares that makes its error the Sampson distance, less for large errors. */
function sampsonWeight(f: TwoViewMatrix, pairs: PointPairs, i: number, thresholdSquared: number): number {
  const x1 = pairs.x1[i];
  const y1 = pairs.y1[i];
  const x2 = pairs.x2[i];
  const y2 = pairs.y2[i];
  const a = f[0] * x1 + f[1] * y1 + f[2];
  const b = f[3] * x1 + f[4] * y1 + f[5];
  const d = f[0] * x2 + f[3] * y2 + f[6];
  const e = f[1] * x2 + f[4] * y2 + f[7];
  const robust = 1 / (1 + (4 * sampsonSquared(f, x1, y1, x2, y2)) / thresholdSquared);
  return robust / (a * a + b * b + d * d + e * e + 1e-300);
}

export function constraintRow(pairs: PointPairs, i: number, out: Float64Array, at: number, scale: number): void {
  const x1 = pairs.x1[i];
  const y1 = pairs.y1[i];
  const x2 = pairs.x2[i] * scale;
  const y2 = pairs.y2[i] * scale;
  out[at] = x2 * x1;
  out[at + 1] = x2 * y1;
  out[at + 2] = x2;
  out[at + 3] = y2 * x1;
  out[at + 4] = y2 * y1;
  out[at + 5] = y2;
  out[at + 6] = x1 * scale;
  out[at + 7] = y1 * scale;
  out[at + 8] = scale;
}

/** Centre and scale that give points a mean distance of √2 from the origin. */
export function normalisation(
  x: Float64Array,
  y: Float64Array,
  idxs: ArrayLike<number>,
): { x: number; y: number; s: number } {
  let mx = 0;
  let my = 0;
  for (let k = 0; k < idxs.length; k++) {
    mx += x[idxs[k]];
    my += y[idxs[k]];
  }
  mx /= idxs.length;
  my /= idxs.length;
  let distance = 0;
  for (let k = 0; k < idxs.length; k++) distance += Math.hypot(x[idxs[k]] - mx, y[idxs[k]] - my);
  return { x: mx, y: my, s: distance > 0 ? (Math.SQRT2 * idxs.length) / distance : 1 };
}
