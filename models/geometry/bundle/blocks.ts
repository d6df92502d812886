// The 3×3 block arithmetic of the Schur complement, on stretches of flat arrays.

/** out = W · V⁻¹ for `rows` rows. */
export function timesInverse(
  w: Float64Array,
  wAt: number,
  rows: number,
  v: Float64Array,
  vAt: number,
  out: Float64Array,
): Float64Array {
  for (let r = 0; r < rows; r++) {
    const a = w[wAt + 3 * r];
    const b = w[wAt + 3 * r + 1];
    const c = w[wAt + 3 * r + 2];
    out[3 * r] = a * v[vAt] + b * v[vAt + 3] + c * v[vAt + 6];
    out[3 * r + 1] = a * v[vAt + 1] + b * v[vAt + 4] + c * v[vAt + 7];
    out[3 * r + 2] = a * v[vAt + 2] + b * v[vAt + 5] + c * v[vAt + 8];
  }
  return out;
}

/** Inverse of the symmetric matrix a b c / b d e / c e f, 9 numbers at `at`. */
export function invertSymmetric(
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  out: Float64Array,
  at: number,
): void {
  const c00 = d * f - e * e;
  const c01 = c * e - b * f;
  const c02 = b * e - c * d;
  const inverse = 1 / (a * c00 + b * c01 + c * c02);
  out[at] = c00 * inverse;
  out[at + 1] = out[at + 3] = c01 * inverse;
  out[at + 2] = out[at + 6] = c02 * inverse;
  out[at + 4] = (a * f - c * c) * inverse;
  out[at + 5] = out[at + 7] = (b * c - a * e) * inverse;
  out[at + 8] = (a * d - b * b) * inverse;
}
