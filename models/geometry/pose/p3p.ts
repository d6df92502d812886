// Camera poses from three points and their rays: Grunert's quartic, as reviewed by Haralick, Lee, Ottenberg, Nölle (1994), equation 9.

import { multiply3, transpose3, type Matrix3 } from '../linear-algebra/matrix3.ts';
import { realRoots } from '../linear-algebra/polynomial.ts';

export interface PointsAndRays {
  count: number;
  /** count × 3 in the world. */
  points: Float64Array;
  /** count × 2: rays at depth 1 in camera axes. */
  rays: Float64Array;
}

export interface RigidPose {
  /** cameraFromWorld */
  rotation: Matrix3;
  translation: Float64Array;
}

/** Up to four poses that see three points along three rays. */
export function threePointPoses({ points, rays }: PointsAndRays, sample: ArrayLike<number>): RigidPose[] {
  const p = [0, 1, 2].map((k) => points.subarray(3 * sample[k], 3 * sample[k] + 3));
  const j = [0, 1, 2].map((k) => unit([rays[2 * sample[k]], rays[2 * sample[k] + 1], 1]));
  const a2 = squaredDistance(p[1], p[2]);
  const b2 = squaredDistance(p[0], p[2]);
  const c2 = squaredDistance(p[0], p[1]);
  if (!(a2 > 0 && b2 > 0 && c2 > 0)) return [];
  const cosA = dot(j[1], j[2]);
  const cosB = dot(j[0], j[2]);
  const cosC = dot(j[0], j[1]);
  const q = (a2 - c2) / b2;
  const s = (a2 + c2) / b2;
  const coefficients = [
    (1 + q) ** 2 - (4 * a2 * cosC ** 2) / b2,
    4 * (-q * (1 + q) * cosB + ((2 * a2) / b2) * cosC ** 2 * cosB - (1 - s) * cosA * cosC),
    2 *
      (q * q -
        1 +
        2 * q * q * cosB ** 2 +
        (2 * (b2 - c2) * cosA ** 2) / b2 -
        4 * s * cosA * cosB * cosC +
        (2 * (b2 - a2) * cosC ** 2) / b2),
    4 * (q * (1 - q) * cosB - (1 - s) * cosA * cosC + ((2 * c2) / b2) * cosA ** 2 * cosB),
    (q - 1) ** 2 - (4 * c2 * cosA ** 2) / b2,
  ];
  const poses: RigidPose[] = [];
  for (const v of realRoots(coefficients)) {
    const divisor = 2 * (cosC - v * cosA);
    if (!(v > 0) || Math.abs(divisor) < 1e-12) continue;
    const u = ((q - 1) * v * v - 2 * q * cosB * v + 1 + q) / divisor;
    if (!(u > 0)) continue;
    const d1 = Math.sqrt(b2 / (1 + v * v - 2 * v * cosB));
    const seen = [scaled(j[0], d1), scaled(j[1], u * d1), scaled(j[2], v * d1)];
    const pose = poseBetween(p, seen);
    if (pose) poses.push(pose);
  }
  return poses;
}

/** Rigid motion that takes three points to three points, by the frames that each triple spans. */
function poseBetween(from: ArrayLike<number>[], to: ArrayLike<number>[]): RigidPose | null {
  const a = frameOf(from);
  const b = frameOf(to);
  if (!a || !b) return null;
  const rotation = multiply3(transpose3(b), a);
  const translation = new Float64Array(3);
  for (let r = 0; r < 3; r++) {
    translation[r] =
      to[0][r] - (rotation[3 * r] * from[0][0] + rotation[3 * r + 1] * from[0][1] + rotation[3 * r + 2] * from[0][2]);
  }
  return { rotation, translation };
}

/** Rows: along the first side, in the plane, normal to it. */
function frameOf([p, q, r]: ArrayLike<number>[]): Matrix3 | null {
  const x = unit([q[0] - p[0], q[1] - p[1], q[2] - p[2]]);
  const side = [r[0] - p[0], r[1] - p[1], r[2] - p[2]];
  const z = unit(cross(x, side));
  const y = cross(z, x);
  const frame = Float64Array.from([...x, ...y, ...z]);
  return frame.every(Number.isFinite) ? frame : null;
}

const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a: number[], s: number): number[] => [a[0] * s, a[1] * s, a[2] * s];
const cross = (a: number[], b: number[]): number[] => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: number[]): number[] => scaled(a, 1 / Math.sqrt(dot(a, a)));
const squaredDistance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
