// Rotations, similarities and small vectors: the geometry of poses that every process shares.
//
// A Sim3 named `targetFromSource` maps a point x in source axes to target axes: scale · R(rotation) · x + translation.

export type Vec3 = readonly [number, number, number];
/** Unit quaternion x y z w. */
export type Quaternion = readonly [number, number, number, number];

export interface Sim3 {
  rotation: Quaternion;
  translation: Vec3;
  scale: number;
}

export const identitySim3: Sim3 = { rotation: [0, 0, 0, 1], translation: [0, 0, 0], scale: 1 };

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scaled = (a: Vec3, s: number): Vec3 => [a[0] * s, a[1] * s, a[2] * s];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const length = (a: Vec3): number => Math.hypot(a[0], a[1], a[2]);
/** Unit vector; the zero vector stays zero. */
export const normalized = (a: Vec3): Vec3 => {
  const l = length(a);
  return l > 0 ? scaled(a, 1 / l) : a;
};

/** Hamilton product: the rotation b, then the rotation a. */
export function multiplyQuaternions(a: Quaternion, b: Quaternion): Quaternion {
  const [ax, ay, az, aw] = a;
  const [bx, by, bz, bw] = b;
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
}

export const conjugate = (q: Quaternion): Quaternion => [-q[0], -q[1], -q[2], q[3]];

export function normalizedQuaternion(q: Quaternion): Quaternion {
  const l = Math.hypot(...q);
  return l > 0 ? [q[0] / l, q[1] / l, q[2] / l, q[3] / l] : [0, 0, 0, 1];
}

export function rotate(q: Quaternion, v: Vec3): Vec3 {
  const [x, y, z, w] = q;
  const tx = 2 * (y * v[2] - z * v[1]);
  const ty = 2 * (z * v[0] - x * v[2]);
  const tz = 2 * (x * v[1] - y * v[0]);
  return [v[0] + w * tx + y * tz - z * ty, v[1] + w * ty + z * tx - x * tz, v[2] + w * tz + x * ty - y * tx];
}

/** Rotation matrix of a unit quaternion, 9 numbers row by row. */
export function matrixFromQuaternion([x, y, z, w]: Quaternion): number[] {
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - z * w),
    2 * (x * z + y * w),
    2 * (x * y + z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z - x * w),
    2 * (x * z - y * w),
    2 * (y * z + x * w),
    1 - 2 * (x * x + y * y),
  ];
}

/** Unit quaternion of a rotation matrix (9 numbers row by row), by the largest diagonal term (Shepperd 1978). */
export function quaternionFromMatrix(m: ArrayLike<number>): Quaternion {
  const trace = m[0] + m[4] + m[8];
  let q: Quaternion;
  if (trace > 0) {
    const s = 2 * Math.sqrt(1 + trace);
    q = [(m[7] - m[5]) / s, (m[2] - m[6]) / s, (m[3] - m[1]) / s, s / 4];
  } else if (m[0] > m[4] && m[0] > m[8]) {
    const s = 2 * Math.sqrt(1 + m[0] - m[4] - m[8]);
    q = [s / 4, (m[1] + m[3]) / s, (m[2] + m[6]) / s, (m[7] - m[5]) / s];
  } else if (m[4] > m[8]) {
    const s = 2 * Math.sqrt(1 + m[4] - m[0] - m[8]);
    q = [(m[1] + m[3]) / s, s / 4, (m[5] + m[7]) / s, (m[2] - m[6]) / s];
  } else {
    const s = 2 * Math.sqrt(1 + m[8] - m[0] - m[4]);
    q = [(m[2] + m[6]) / s, (m[5] + m[7]) / s, s / 4, (m[3] - m[1]) / s];
  }
  return normalizedQuaternion(q);
}

export function transformPoint(targetFromSource: Sim3, p: Vec3): Vec3 {
  return add(scaled(rotate(targetFromSource.rotation, p), targetFromSource.scale), targetFromSource.translation);
}

/** targetFromSource of targetFromMiddle ∘ middleFromSource. */
export function compose(targetFromMiddle: Sim3, middleFromSource: Sim3): Sim3 {
  return {
    rotation: normalizedQuaternion(multiplyQuaternions(targetFromMiddle.rotation, middleFromSource.rotation)),
    translation: transformPoint(targetFromMiddle, middleFromSource.translation),
    scale: targetFromMiddle.scale * middleFromSource.scale,
  };
}

export function inverse(targetFromSource: Sim3): Sim3 {
  const rotation = conjugate(targetFromSource.rotation);
  const scale = 1 / targetFromSource.scale;
  return { rotation, scale, translation: scaled(rotate(rotation, targetFromSource.translation), -scale) };
}

/** Angle in radians between two rotations. */
export function angleBetween(a: Quaternion, b: Quaternion): number {
  const [x, y, z, w] = multiplyQuaternions(conjugate(a), b);
  return 2 * Math.atan2(Math.hypot(x, y, z), Math.abs(w));
}

/** 4×4 matrix, column by column as three.js and WebGL read it. */
export function columnMajorMatrix({ rotation, translation, scale }: Sim3): number[] {
  const m = matrixFromQuaternion(rotation).map((value) => value * scale);
  return [m[0], m[3], m[6], 0, m[1], m[4], m[7], 0, m[2], m[5], m[8], 0, ...translation, 1];
}
