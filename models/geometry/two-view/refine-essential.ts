// Least squares over the five degrees of freedom of an essential matrix: the Sampson distances of many pairs, large ones counting less.

import { factorCholesky, solveCholesky } from '../linear-algebra/cholesky.ts';
import { multiply3, rotationFromVector, skew3, type Matrix3 } from '../linear-algebra/matrix3.ts';
import type { PointPairs, TwoViewMatrix } from './point-pairs.ts';
import { posesOf } from './relative-pose.ts';

/**
 * Gauss–Newton from the nearest essential matrix on E = [t]× · R: three parameters turn R, two move t on its sphere.
 * @param idxs pairs that take part; null is all
 * @param threshold Sampson distance at which a pair counts half (Cauchy)
 */
export function refineEssential(
  start: TwoViewMatrix,
  rays: PointPairs,
  idxs: Int32Array | null,
  threshold: number,
  iterations: number,
): TwoViewMatrix {
  let { rotation, translation: t } = posesOf(start)[0];
  let e = multiply3(skew3(t), rotation);
  for (let round = 0; round < iterations; round++) {
    const [b1, b2] = tangents(t);
    const tx = skew3(t);
    const slopes = [
      multiply3(multiply3(tx, skew3([1, 0, 0])), rotation),
      multiply3(multiply3(tx, skew3([0, 1, 0])), rotation),
      multiply3(multiply3(tx, skew3([0, 0, 1])), rotation),
      multiply3(skew3(b1), rotation),
      multiply3(skew3(b2), rotation),
    ];
    const step = normalStep(e, slopes, rays, idxs, threshold);
    if (!step) return e;
    rotation = multiply3(rotationFromVector(step[0], step[1], step[2]), rotation);
    const moved = t.map((value, k) => value + step[3] * b1[k] + step[4] * b2[k]);
    const l = Math.hypot(...moved);
    t = [moved[0] / l, moved[1] / l, moved[2] / l];
    e = multiply3(skew3(t), rotation);
  }
  return e;
}

function normalStep(
  e: Matrix3,
  slopes: readonly Matrix3[],
  { x1, y1, x2, y2, count }: PointPairs,
  idxs: Int32Array | null,
  threshold: number,
): Float64Array | null {
  const a = new Float64Array(25);
  const b = new Float64Array(5);
  const j = new Float64Array(5);
  const inverse = 1 / (threshold * threshold);
  const total = idxs ? idxs.length : count;
  for (let k = 0; k < total; k++) {
    const i = idxs ? idxs[k] : k;
    const x = x1[i];
    const y = y1[i];
    const u = x2[i];
    const v = y2[i];
    const lx = e[0] * x + e[1] * y + e[2];
    const ly = e[3] * x + e[4] * y + e[5];
    const mx = e[0] * u + e[3] * v + e[6];
    const my = e[1] * u + e[4] * v + e[7];
    const norm = 1 / Math.sqrt(lx * lx + ly * ly + mx * mx + my * my + 1e-300);
    const residual = (u * lx + v * ly + e[6] * x + e[7] * y + e[8]) * norm;
    const weight = 1 / (1 + residual * residual * inverse);
    for (let p = 0; p < 5; p++) {
      const d = slopes[p];
      j[p] = norm * (u * (d[0] * x + d[1] * y + d[2]) + v * (d[3] * x + d[4] * y + d[5]) + d[6] * x + d[7] * y + d[8]);
      b[p] -= weight * j[p] * residual;
      for (let q = 0; q <= p; q++) a[5 * p + q] += weight * j[p] * j[q];
    }
  }
  for (let p = 0; p < 5; p++) a[6 * p] += 1e-6 * a[6 * p] + 1e-12;
  if (!factorCholesky(a, 5)) return null;
  solveCholesky(a, 5, b);
  return b.every(Number.isFinite) ? b : null;
}

/** Two directions at right angles to t and to each other. */
function tangents(t: readonly number[]): [number[], number[]] {
  const axis = Math.abs(t[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  const cross = (a: readonly number[], b: readonly number[]): number[] => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const side = cross(t, axis);
  const l = Math.hypot(...side);
  const b1 = side.map((value) => value / l);
  return [b1, cross(t, b1)];
}
