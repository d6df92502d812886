// Points from rays: the midpoint of two, least squares over many, and the angle that says what they are worth.

import type { Pose } from './scene-map.ts';

export interface Sight {
  /** Camera centre in the world. */
  center: readonly [number, number, number];
  /** Unit direction in the world. */
  direction: readonly [number, number, number];
}

/** @param rayX ray of the feature at depth 1 in camera axes */
export function sightFrom(
  { rotation: r }: Pose,
  center: readonly [number, number, number],
  rayX: number,
  rayY: number,
): Sight {
  const x = r[0] * rayX + r[3] * rayY + r[6];
  const y = r[1] * rayX + r[4] * rayY + r[7];
  const z = r[2] * rayX + r[5] * rayY + r[8];
  const l = 1 / Math.sqrt(x * x + y * y + z * z);
  return { center, direction: [x * l, y * l, z * l] };
}

/** The point nearest to all rays in least squares; null when they are parallel or it lies behind a camera. */
export function nearestToRays(sights: readonly Sight[]): { x: number; y: number; z: number } | null {
  // Σ (I − d·dᵀ) · X = Σ (I − d·dᵀ) · c
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let bx = 0;
  let by = 0;
  let bz = 0;
  for (const { center: o, direction: n } of sights) {
    const along = n[0] * o[0] + n[1] * o[1] + n[2] * o[2];
    a += 1 - n[0] * n[0];
    b -= n[0] * n[1];
    c -= n[0] * n[2];
    d += 1 - n[1] * n[1];
    e -= n[1] * n[2];
    f += 1 - n[2] * n[2];
    bx += o[0] - along * n[0];
    by += o[1] - along * n[1];
    bz += o[2] - along * n[2];
  }
  const c00 = d * f - e * e;
  const c01 = c * e - b * f;
  const c02 = b * e - c * d;
  const det = a * c00 + b * c01 + c * c02;
  if (!(det > 1e-12)) return null;
  const x = (c00 * bx + c01 * by + c02 * bz) / det;
  const y = (c01 * bx + (a * f - c * c) * by + (b * c - a * e) * bz) / det;
  const z = (c02 * bx + (b * c - a * e) * by + (a * d - b * b) * bz) / det;
  for (const { center: o, direction: n } of sights) {
    if ((x - o[0]) * n[0] + (y - o[1]) * n[1] + (z - o[2]) * n[2] <= 0) return null;
  }
  return { x, y, z };
}

/** Largest angle in radians between the directions from a point to the camera centres. */
export function largestAngle(
  point: { x: number; y: number; z: number },
  centers: readonly (readonly [number, number, number])[],
): number {
  const unit = centers.map(([x, y, z]) => {
    const dx = x - point.x;
    const dy = y - point.y;
    const dz = z - point.z;
    const l = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
    return [dx * l, dy * l, dz * l] as const;
  });
  let least = 1;
  for (let i = 0; i < unit.length; i++) {
    for (let j = 0; j < i; j++) {
      const cosine = unit[i][0] * unit[j][0] + unit[i][1] * unit[j][1] + unit[i][2] * unit[j][2];
      if (cosine < least) least = cosine;
    }
  }
  return Math.acos(Math.max(-1, Math.min(1, least)));
}
