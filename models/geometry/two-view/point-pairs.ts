// Matched points of two photos as the two-view solvers read them, and the distances they share.

/** Coordinates of matched points in any consistent unit, the origin near the middle of each photo. */
export interface PointPairs {
  count: number;
  x1: Float64Array;
  y1: Float64Array;
  x2: Float64Array;
  y2: Float64Array;
}

/** A 3×3 matrix row by row: [x2 y2 1] · F · [x1 y1 1]ᵀ = 0 for matched points. */
export type TwoViewMatrix = Float64Array;

/** Squared Sampson distance: first-order distance of a pair to the epipolar constraint (Hartley and Zisserman, eq. 11.9). */
export function sampsonSquared(f: TwoViewMatrix, x1: number, y1: number, x2: number, y2: number): number {
  const a = f[0] * x1 + f[1] * y1 + f[2];
  const b = f[3] * x1 + f[4] * y1 + f[5];
  const c = f[6] * x1 + f[7] * y1 + f[8];
  const d = f[0] * x2 + f[3] * y2 + f[6];
  const e = f[1] * x2 + f[4] * y2 + f[7];
  const residual = x2 * a + y2 * b + c;
  return (residual * residual) / (a * a + b * b + d * d + e * e + 1e-300);
}

/** Truncated Sampson cost over all pairs; stops once it passes the limit. */
export function sampsonCost(pairs: PointPairs, f: TwoViewMatrix, thresholdSquared: number, limit: number): number {
  const { x1, y1, x2, y2, count } = pairs;
  const inverse = 1 / thresholdSquared;
  let cost = 0;
  for (let i = 0; i < count; i++) {
    const error = sampsonSquared(f, x1[i], y1[i], x2[i], y2[i]) * inverse;
    cost += error < 1 ? error : 1;
    if (cost >= limit) return cost;
  }
  return cost;
}

export function sampsonInliers(pairs: PointPairs, f: TwoViewMatrix, thresholdSquared: number): Int32Array {
  const { x1, y1, x2, y2, count } = pairs;
  const inliers = new Int32Array(count);
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (sampsonSquared(f, x1[i], y1[i], x2[i], y2[i]) < thresholdSquared) inliers[found++] = i;
  }
  return inliers.subarray(0, found);
}
