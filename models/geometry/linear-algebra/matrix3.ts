// 3×3 matrices as 9 numbers row by row, written for hot loops: results go into buffers the caller owns.

export type Matrix3 = Float64Array;

export const identity3 = (): Matrix3 => new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]);

/** out = a · b; out may not be a or b. */
export function multiply3(a: ArrayLike<number>, b: ArrayLike<number>, out: Matrix3 = new Float64Array(9)): Matrix3 {
  for (let r = 0; r < 9; r += 3) {
    const x = a[r];
    const y = a[r + 1];
    const z = a[r + 2];
    out[r] = x * b[0] + y * b[3] + z * b[6];
    out[r + 1] = x * b[1] + y * b[4] + z * b[7];
    out[r + 2] = x * b[2] + y * b[5] + z * b[8];
  }
  return out;
}

export function transpose3(a: ArrayLike<number>): Matrix3 {
  return new Float64Array([a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]]);
}

export function determinant3(a: ArrayLike<number>): number {
  return a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) + a[2] * (a[3] * a[7] - a[4] * a[6]);
}

/** Inverse by cofactors, or null when the determinant is zero or not finite. */
export function inverse3(a: ArrayLike<number>): Matrix3 | null {
  const det = determinant3(a);
  if (!Number.isFinite(det) || det === 0) return null;
  const s = 1 / det;
  return new Float64Array([
    (a[4] * a[8] - a[5] * a[7]) * s,
    (a[2] * a[7] - a[1] * a[8]) * s,
    (a[1] * a[5] - a[2] * a[4]) * s,
    (a[5] * a[6] - a[3] * a[8]) * s,
    (a[0] * a[8] - a[2] * a[6]) * s,
    (a[2] * a[3] - a[0] * a[5]) * s,
    (a[3] * a[7] - a[4] * a[6]) * s,
    (a[1] * a[6] - a[0] * a[7]) * s,
    (a[0] * a[4] - a[1] * a[3]) * s,
  ]);
}

/** a · v */
export function apply3(a: ArrayLike<number>, v: ArrayLike<number>): [number, number, number] {
  return [
    a[0] * v[0] + a[1] * v[1] + a[2] * v[2],
    a[3] * v[0] + a[4] * v[1] + a[5] * v[2],
    a[6] * v[0] + a[7] * v[1] + a[8] * v[2],
  ];
}

/** The matrix of v × ·. */
export const skew3 = (v: ArrayLike<number>): Matrix3 =>
  new Float64Array([0, -v[2], v[1], v[2], 0, -v[0], -v[1], v[0], 0]);

/** Rotation matrix of a rotation vector in radians (Rodrigues). */
export function rotationFromVector(wx: number, wy: number, wz: number, out: Matrix3 = new Float64Array(9)): Matrix3 {
  const angle2 = wx * wx + wy * wy + wz * wz;
  const angle = Math.sqrt(angle2);
  // Series below 1e-4 rad: the closed form divides zero by zero there.
  const a = angle > 1e-4 ? Math.sin(angle) / angle : 1 - angle2 / 6;
  const b = angle > 1e-4 ? (1 - Math.cos(angle)) / angle2 : 0.5 - angle2 / 24;
  out[0] = 1 - b * (wy * wy + wz * wz);
  out[1] = b * wx * wy - a * wz;
  out[2] = b * wx * wz + a * wy;
  out[3] = b * wx * wy + a * wz;
  out[4] = 1 - b * (wx * wx + wz * wz);
  out[5] = b * wy * wz - a * wx;
  out[6] = b * wx * wz - a * wy;
  out[7] = b * wy * wz + a * wx;
  out[8] = 1 - b * (wx * wx + wy * wy);
  return out;
}

/** Angle in radians of the rotation from a to b. */
export function rotationAngleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let trace = 0;
  for (let i = 0; i < 9; i++) trace += a[i] * b[i];
  return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)));
}
