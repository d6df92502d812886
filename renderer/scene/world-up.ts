// Which way is up, by three places on the floor; and a helper for robust numbers.

import { cross, dot, length, normalized, scaled, subtract, type Vec3 } from '../../projects/format/sim3.ts';

/** Up from three points on level ground; points towards `roughUp`. null when they lie on a line. */
export function upFromThreePoints(points: readonly [Vec3, Vec3, Vec3], roughUp: Vec3): Vec3 | null {
  const a = subtract(points[1], points[0]);
  const b = subtract(points[2], points[0]);
  const n = cross(a, b);
  const spread = length(a) * length(b);
  if (spread === 0 || length(n) < 1e-3 * spread) return null;
  const up = normalized(n);
  return dot(up, roughUp) < 0 ? scaled(up, -1) : up;
}

/** @param sorted ascending, not empty */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))];
}
