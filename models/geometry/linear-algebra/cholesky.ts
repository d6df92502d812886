// Cholesky factorisation within the envelope of a symmetric positive definite matrix, and the solution with it.
//
// Rows keep only the stretch from their first non-zero to the diagonal (skyline storage; George and Liu 1981, chapter 4): for photos in
// order of a walk this is a band, and fill never leaves it.

/**
 * Factors in place: the lower triangle of `a` becomes L with a = L·Lᵀ.
 * @param a n × n row by row; only the lower triangle is read
 * @param first per row the column of its first non-zero; null: the matrix is full
 * @returns false when the matrix is not positive definite
 */
export function factorCholesky(a: Float64Array, n: number, first: Int32Array | null = null): boolean {
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    const firstI = first ? first[i] : 0;
    for (let j = firstI; j < i; j++) {
      const rowJ = j * n;
      const from = first ? Math.max(firstI, first[j]) : 0;
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
export function solveCholesky(l: Float64Array, n: number, b: Float64Array, first: Int32Array | null = null): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = first ? first[i] : 0; k < i; k++) sum -= l[i * n + k] * b[k];
    b[i] = sum / l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i] / l[i * n + i];
    b[i] = value;
    for (let k = first ? first[i] : 0; k < i; k++) b[k] -= l[i * n + k] * value;
  }
}
