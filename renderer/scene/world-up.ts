// Which way is up by three places on the floor, and where the floor is by the points.

import { cross, dot, length, normalized, scaled, subtract, type Vec3 } from '../../projects/format/sim3.ts';

/** Up from three points on level ground; points towards `roughUp`. null when they lie on a line. */
export function upFromThreePoints(points: readonly [Vec3, Vec3, Vec3], roughUp: Vec3): Vec3 | null {
  const n = cross(subtract(points[1], points[0]), subtract(points[2], points[0]));
  const spread = length(subtract(points[1], points[0])) * length(subtract(points[2], points[0]));
  if (length(n) < 1e-3 * spread || spread === 0) return null;
  const up = normalized(n);
  return dot(up, roughUp) < 0 ? scaled(up, -1) : up;
}

/** Height of the floor along +Y: low, but not the lowest stray points. @param heights any order, not empty */
export function groundHeight(heights: readonly number[]): number {
  return percentile(
    [...heights].sort((a, b) => a - b),
    0.03,
  );
}

/** @param sorted ascending, not empty */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))];
}
