// Which way is up, guessed from how photos are held, and where the floor is, guessed from the points.

import {
  cross,
  dot,
  length,
  normalized,
  rotate,
  scaled,
  subtract,
  add,
  type Sim3,
  type Vec3,
} from '../../projects/format/sim3.ts';

/**
 * Up in world axes. People hold cameras level far more often than they hold them upright in pitch: the image x axes of level photos lie in the
 * ground plane, so up is the direction most orthogonal to all of them (Szeliski, Image Alignment and Stitching, 2006, section 5.2). With
 * too little spread of x axes the mean of the image up directions stands in.
 * @returns a unit vector; −y of the world without cameras
 */
export function guessUp(cameras: readonly Sim3[]): Vec3 {
  let meanUp: Vec3 = [0, 0, 0];
  for (const { rotation } of cameras) meanUp = add(meanUp, rotate(rotation, [0, -1, 0]));
  if (length(meanUp) < 1e-6) return [0, -1, 0];
  meanUp = normalized(meanUp);
  const sides = cameras.map(({ rotation }) => rotate(rotation, [1, 0, 0]));
  // Normals of pairs of side axes, each weighted by the sine between them, gathered on the side of the mean.
  let normal: Vec3 = [0, 0, 0];
  const strideLength = Math.max(1, Math.floor(sides.length / 60));
  for (let i = 0; i < sides.length; i += strideLength)
    for (let j = 0; j < i; j += strideLength) {
      const n = cross(sides[i], sides[j]);
      normal = add(normal, dot(n, meanUp) < 0 ? scaled(n, -1) : n);
    }
  const pairs = Math.ceil(sides.length / strideLength) ** 2 / 2;
  if (length(normal) < 0.15 * pairs) return meanUp;
  const level = normalized(normal);
  // Photos that agree on a tilt (all looking down at a table) still have level x axes; a large gap means they were held on end.
  return dot(level, meanUp) > 0.5 ? level : meanUp;
}

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
