// Cholesky factorisation within the envelope of a symmetric positive definite matrix, and the solution with it.
//
// Rows keep only the stretch from their first non-zero to the diagonal (skyline storage; George and Liu 1981, chapter 4): for photos in
// order of a walk this is a band, and fill never leaves it.

/** Where the entries of a lower triangle lie: that of row i and column j at `rowAt[i] + j`, from column `first[i]` on. */
export interface Envelope {
  first: Int32Array;
  rowAt: Int32Array;
}

/**
 * Factors in place: the lower triangle of `a` becomes L with a = L·Lᵀ.
 * @param a n × n row by row; only the lower triangle is read
 * @param envelope null: the matrix is full
 * @returns false when the matrix is not positive definite
 */
export function factorCholesky(a: Float64Array, n: number, envelope: Envelope | null = null): boolean {
  for (let i = 0; i < n; i++) {
    const rowI = envelope ? envelope.rowAt[i] : i * n;
    const firstI = envelope ? envelope.first[i] : 0;
    for (let j = firstI; j < i; j++) {
      const rowJ = envelope ? envelope.rowAt[j] : j * n;
      const from = envelope ? Math.max(firstI, envelope.first[j]) : 0;
      a[rowI + j] = (a[rowI + j] - dotRange(a, rowI, rowJ, from, j)) / a[rowJ + j];
    }
    const pivot = a[rowI + i] - dotRange(a, rowI, rowI, firstI, i);
    if (!(pivot > 0)) return false;
    a[rowI + i] = Math.sqrt(pivot);
  }
  return true;
}

/** Four sums at once hide the latency of the additions: about twice as fast as one. */
function dotRange(a: Float64Array, rowI: number, rowJ: number, from: number, to: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = from;
  for (; k + 3 < to; k += 4) {
    s0 += a[rowI + k] * a[rowJ + k];
    s1 += a[rowI + k + 1] * a[rowJ + k + 1];
    s2 += a[rowI + k + 2] * a[rowJ + k + 2];
    s3 += a[rowI + k + 3] * a[rowJ + k + 3];
  }
  for (; k < to; k++) s0 += a[rowI + k] * a[rowJ + k];
  return s0 + s1 + (s2 + s3);
}

/** Solves L·Lᵀ·x = b in place of b, with the factor of `factorCholesky`. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array, envelope: Envelope | null = null): void {
  for (let i = 0; i < n; i++) {
    const row = envelope ? envelope.rowAt[i] : i * n;
    let sum = b[i];
    for (let k = envelope ? envelope.first[i] : 0; k < i; k++) sum -= l[row + k] * b[k];
    b[i] = sum / l[row + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = envelope ? envelope.rowAt[i] : i * n;
    const value = b[i] / l[row + i];
    b[i] = value;
    for (let k = envelope ? envelope.first[i] : 0; k < i; k++) b[k] -= l[row + k] * value;
  }
}
