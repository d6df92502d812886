// Least-squares alignment of two point sets: the similarity or rigid motion that moves one onto the other.
//
// S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991. The rotation is found
// as in B. Horn, JOSA A 1987 (largest eigenvector of a symmetric 4×4 matrix), which is the same minimum and never a reflection.

import {
  identitySim3,
  normalizedQuaternion,
  rotate,
  type Quaternion,
  type Sim3,
  type Vec3,
} from '../../projects/format/sim3.ts';

/**
 * targetFromSource minimising Σ |target − (s·R·source + t)|².
 * With `withScale` false the scale stays 1 (SE(3)). Two or fewer distinct points leave the rotation partly free: then one of the minima is returned.
 */
export function alignPoints(source: readonly Vec3[], target: readonly Vec3[], withScale: boolean): Sim3 {
  const n = source.length;
  if (n === 0) return identitySim3;
  const meanSource = mean(source);
  const meanTarget = mean(target);
  // Cross-covariance S[i][j] = Σ source_i · target_j, and the spread of the source.
  const s = new Float64Array(9);
  let spread = 0;
  for (let k = 0; k < n; k++)
    for (let i = 0; i < 3; i++) {
      const a = source[k][i] - meanSource[i];
      spread += a * a;
      for (let j = 0; j < 3; j++) s[i * 3 + j] += a * (target[k][j] - meanTarget[j]);
    }
  const rotation = rotationOf(s);
  // trace(R·S) is Umeyama's trace(D·S): the scale that is optimal for this rotation.
  let trace = 0;
  const axes: Vec3[] = [rotate(rotation, [1, 0, 0]), rotate(rotation, [0, 1, 0]), rotate(rotation, [0, 0, 1])];
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) trace += axes[i][j] * s[i * 3 + j];
  const scale = withScale && spread > 0 && trace > 0 ? trace / spread : 1;
  const moved = rotate(rotation, meanSource);
  return {
    rotation,
    scale,
    translation: [meanTarget[0] - scale * moved[0], meanTarget[1] - scale * moved[1], meanTarget[2] - scale * moved[2]],
  };
}

function mean(points: readonly Vec3[]): Vec3 {
  let x = 0;
  let y = 0;
  let z = 0;
  for (const p of points) {
    x += p[0];
    y += p[1];
    z += p[2];
  }
  return [x / points.length, y / points.length, z / points.length];
}

function rotationOf(s: Float64Array): Quaternion {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = s;
  // Order w x y z, Horn's N.
  const matrix = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ];
  const { values, vectors } = symmetricEigen(matrix);
  let best = 0;
  for (let i = 1; i < 4; i++) if (values[i] > values[best]) best = i;
  const [w, x, y, z] = vectors.map((row) => row[best]);
  return normalizedQuaternion([x, y, z, w]);
}

/** Eigenvalues and eigenvectors (columns) of a small symmetric matrix by cyclic Jacobi rotations. */
export function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a: number[][] = matrix.map((row) => [...row]);
  const v: number[][] = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  const total = Math.sqrt(a.flat().reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p][q] * a[p][q];
    if (Math.sqrt(off) <= 1e-17 * total) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const sn = t * c;
        for (let k = 0; k < n; k++) [a[k][p], a[k][q]] = [c * a[k][p] - sn * a[k][q], sn * a[k][p] + c * a[k][q]];
        for (let k = 0; k < n; k++) [a[p][k], a[q][k]] = [c * a[p][k] - sn * a[q][k], sn * a[p][k] + c * a[q][k]];
        for (let k = 0; k < n; k++) [v[k][p], v[k][q]] = [c * v[k][p] - sn * v[k][q], sn * v[k][p] + c * v[k][q]];
      }
  }
  return { values: a.map((row, i) => row[i]), vectors: v };
}
