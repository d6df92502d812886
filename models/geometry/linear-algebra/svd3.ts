// Singular value decomposition of a 3×3 matrix by one-sided Jacobi rotations (Hestenes 1958): accurate for tiny singular values.

import type { Matrix3 } from './matrix3.ts';

export interface Svd3 {
  /** a = u · diag(s) · vᵀ; u and v are orthogonal (determinant ±1). */
  u: Matrix3;
  /** Descending, not negative. */
  s: [number, number, number];
  v: Matrix3;
}

export function svd3(a: ArrayLike<number>): Svd3 {
  const b = Float64Array.from(a);
  const w = new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  for (let sweep = 0; sweep < 20; sweep++) {
    let worst = 0;
    for (let p = 0; p < 2; p++) {
      for (let q = p + 1; q < 3; q++) worst = Math.max(worst, orthogonalise(b, w, p, q));
    }
    if (worst < 1e-15) break;
  }
  const norms = [0, 1, 2].map((c) => Math.hypot(b[c], b[3 + c], b[6 + c]));
  const order = [0, 1, 2].sort((i, j) => norms[j] - norms[i]);
  const u = new Float64Array(9);
  const v = new Float64Array(9);
  const s: [number, number, number] = [norms[order[0]], norms[order[1]], norms[order[2]]];
  const floor = s[0] * 1e-14;
  for (let c = 0; c < 3; c++) {
    for (let r = 0; r < 3; r++) {
      v[r * 3 + c] = w[r * 3 + order[c]];
      u[r * 3 + c] = s[c] > floor ? b[r * 3 + order[c]] / s[c] : 0;
    }
  }
  complete(u, s.filter((value) => value > floor).length);
  return { u, s, v };
}

/** Rotates columns p and q of b until they are orthogonal; returns the cosine they had. */
function orthogonalise(b: Float64Array, w: Float64Array, p: number, q: number): number {
  let alpha = 0;
  let beta = 0;
  let gamma = 0;
  for (let r = 0; r < 9; r += 3) {
    alpha += b[r + p] * b[r + p];
    beta += b[r + q] * b[r + q];
    gamma += b[r + p] * b[r + q];
  }
  if (gamma === 0) return 0;
  const cosine = Math.abs(gamma) / Math.sqrt(alpha * beta);
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let r = 0; r < 9; r += 3) {
    const bp = b[r + p];
    const bq = b[r + q];
    b[r + p] = c * bp - s * bq;
    b[r + q] = s * bp + c * bq;
    const wp = w[r + p];
    const wq = w[r + q];
    w[r + p] = c * wp - s * wq;
    w[r + q] = s * wp + c * wq;
  }
  return Number.isFinite(cosine) ? cosine : 0;
}

/** Fills the columns of u beyond its rank so that it is orthogonal. */
function complete(u: Float64Array, rank: number): void {
  if (rank === 3) return;
  if (rank === 0) u[0] = 1;
  if (rank <= 1) {
    const x = [u[0], u[3], u[6]];
    const axis = Math.abs(x[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
    const y = [x[1] * axis[2] - x[2] * axis[1], x[2] * axis[0] - x[0] * axis[2], x[0] * axis[1] - x[1] * axis[0]];
    const l = Math.hypot(...y);
    for (let r = 0; r < 3; r++) u[r * 3 + 1] = y[r] / l;
  }
  u[2] = u[3] * u[7] - u[6] * u[4];
  u[5] = u[6] * u[1] - u[0] * u[7];
  u[8] = u[0] * u[4] - u[3] * u[1];
}
