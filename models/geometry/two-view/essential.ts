// Essential matrices from five pairs (Nistér 2004), with robust estimation over rays.

import { nullSpace } from '../linear-algebra/null-space.ts';
import { realRoots } from '../linear-algebra/polynomial.ts';
import { constraintRow } from './fundamental.ts';
import { sampsonCost, sampsonInliers, type PointPairs, type TwoViewMatrix } from './point-pairs.ts';
import type { Estimator } from './ransac.ts';
import { refineEssential } from './refine-essential.ts';

// Polynomials in x, y, z: degree one has the terms x y z 1, degree two ten, degree three twenty, in the order of Nistér's elimination.
const cubicExponents = [
  [3, 0, 0], [0, 3, 0], [2, 1, 0], [1, 2, 0], [2, 0, 1], [2, 0, 0], [0, 2, 1], [0, 2, 0], [1, 1, 1], [1, 1, 0],
  [1, 0, 2], [1, 0, 1], [1, 0, 0], [0, 1, 2], [0, 1, 1], [0, 1, 0], [0, 0, 3], [0, 0, 2], [0, 0, 1], [0, 0, 0],
]; // prettier-ignore
const quadraticExponents = cubicExponents.filter(([a, b, c]) => a + b + c <= 2);
const linearExponents = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 0, 0],
];
const productTable = (a: number[][], b: number[][], target: number[][]): Int32Array =>
  Int32Array.from(
    a.flatMap((p) => b.map((q) => target.findIndex((t) => t.every((exponent, i) => exponent === p[i] + q[i])))),
  );
const linearTimesLinear = productTable(linearExponents, linearExponents, quadraticExponents);
const quadraticTimesLinear = productTable(quadraticExponents, linearExponents, cubicExponents);

/** out += scale · a · b for two degree-one polynomials. */
function addLinearProduct(out: Float64Array, a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) out[linearTimesLinear[i * 4 + j]] += scale * a[i] * b[j];
}

/** out[at…] += scale · a · b for a of degree two and b of degree one. */
function addQuadraticProduct(out: Float64Array, at: number, a: Float64Array, b: Float64Array, scale: number): void {
  for (let i = 0; i < 10; i++) {
    const value = scale * a[i];
    for (let j = 0; j < 4; j++) out[at + quadraticTimesLinear[i * 4 + j]] += value * b[j];
  }
}

/** Up to ten essential matrices through five pairs of rays (x, y, 1). */
export function fivePoint(rays: PointPairs, sample: ArrayLike<number>): TwoViewMatrix[] {
  const rows = new Float64Array(45);
  for (let r = 0; r < 5; r++) constraintRow(rays, sample[r], rows, r * 9, 1);
  const basis = nullSpace(rows, 5, 9);
  if (!basis) return [];
  const system = constraints(basis);
  if (!eliminate(system)) return [];
  return solutions(system).map(([x, y, z]) =>
    basis[0].map((value, i) => value * x + basis[1][i] * y + basis[2][i] * z + basis[3][i]),
  );
}

/** Ten cubic equations in twenty monomials: 2·E·Eᵀ·E − trace(E·Eᵀ)·E = 0 and det E = 0. */
function constraints(basis: Float64Array[]): Float64Array {
  const e = Array.from({ length: 9 }, (_, i) => Float64Array.from(basis, (vector) => vector[i]));
  const system = new Float64Array(200);
  const eet = Array.from({ length: 9 }, () => new Float64Array(10));
  for (let r = 0; r < 3; r++) {
    for (let c = r; c < 3; c++) {
      for (let k = 0; k < 3; k++) addLinearProduct(eet[r * 3 + c], e[r * 3 + k], e[c * 3 + k], 1);
      eet[c * 3 + r] = eet[r * 3 + c];
    }
  }
  const halfTrace = new Float64Array(10);
  for (let i = 0; i < 10; i++) halfTrace[i] = 0.5 * (eet[0][i] + eet[4][i] + eet[8][i]);
  for (const d of [0, 4, 8]) for (let i = 0; i < 10; i++) eet[d][i] -= halfTrace[i];
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < 3; k++) addQuadraticProduct(system, (r * 3 + c) * 20, eet[r * 3 + k], e[k * 3 + c], 1);
    }
  }
  for (const [i, j, k] of [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ]) {
    const minor = new Float64Array(10);
    addLinearProduct(minor, e[3 + j], e[6 + k], 1);
    addLinearProduct(minor, e[3 + k], e[6 + j], -1);
    addQuadraticProduct(system, 180, minor, e[i], 1);
  }
  return system;
}

/** Gauss-Jordan over the first ten columns, with row pivots. */
function eliminate(a: Float64Array): boolean {
  for (let k = 0; k < 10; k++) {
    let pivot = k;
    for (let r = k + 1; r < 10; r++) if (Math.abs(a[r * 20 + k]) > Math.abs(a[pivot * 20 + k])) pivot = r;
    const value = a[pivot * 20 + k];
    if (!(Math.abs(value) > 1e-14)) return false;
    for (let c = k; c < 20; c++) {
      const lifted = a[pivot * 20 + c] / value;
      a[pivot * 20 + c] = a[k * 20 + c];
      a[k * 20 + c] = lifted;
    }
    for (let r = 0; r < 10; r++) {
      const factor = a[r * 20 + k];
      if (r === k || factor === 0) continue;
      for (let c = k; c < 20; c++) a[r * 20 + c] -= factor * a[k * 20 + c];
    }
  }
  return true;
}

/** Real (x, y, z) from the eliminated system: a 3×3 matrix of polynomials in z whose determinant has degree ten. */
function solutions(a: Float64Array): [number, number, number][] {
  const entries: Float64Array[] = [];
  for (const row of [4, 6, 8]) {
    const e = a.subarray(row * 20 + 10, row * 20 + 20);
    const f = a.subarray((row + 1) * 20 + 10, (row + 1) * 20 + 20);
    // Row e minus z times row f removes the monomials of the left half.
    entries.push(
      Float64Array.of(e[2], e[1] - f[2], e[0] - f[1], -f[0]),
      Float64Array.of(e[5], e[4] - f[5], e[3] - f[4], -f[3]),
      Float64Array.of(e[9], e[8] - f[9], e[7] - f[8], e[6] - f[7], -f[6]),
    );
  }
  const determinant = new Float64Array(11);
  for (const [i, j, k] of [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ]) {
    addTriple(determinant, entries[i], entries[3 + j], entries[6 + k], 1);
    addTriple(determinant, entries[i], entries[3 + k], entries[6 + j], -1);
  }
  return realRoots(determinant).flatMap((z) => {
    const m = entries.map((p) => p.reduceRight((value, coefficient) => value * z + coefficient, 0));
    // The null vector (x, y, 1) is orthogonal to any two rows: take the pair that is least parallel.
    let best: [number, number, number] | null = null;
    let bestW = 0;
    for (const [p, q] of [
      [0, 3],
      [0, 6],
      [3, 6],
    ]) {
      const w = m[p] * m[q + 1] - m[p + 1] * m[q];
      if (Math.abs(w) <= Math.abs(bestW)) continue;
      bestW = w;
      best = [(m[p + 1] * m[q + 2] - m[p + 2] * m[q + 1]) / w, (m[p + 2] * m[q] - m[p] * m[q + 2]) / w, z];
    }
    return best && best.every(Number.isFinite) ? [best] : [];
  });
}

function addTriple(out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array, sign: number): void {
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      const value = sign * a[i] * b[j];
      for (let k = 0; k < c.length; k++) out[i + j + k] += value * c[k];
    }
  }
}

/** @param thresholdSquared of the Sampson distance between rays at depth 1 */
export function essentialEstimator(rays: PointPairs, thresholdSquared: number): Estimator<TwoViewMatrix> {
  return {
    count: rays.count,
    sampleSize: 5,
    solve: (sample) => fivePoint(rays, sample),
    cost: (e, limit) => sampsonCost(rays, e, thresholdSquared, limit),
    inliersOf: (e) => sampsonInliers(rays, e, thresholdSquared),
    refine: (e, inliers) => refineEssential(e, rays, inliers, Math.sqrt(thresholdSquared) / 2, 3),
  };
}
