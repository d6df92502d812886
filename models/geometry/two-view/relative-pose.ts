// The pose of one camera to another from an essential matrix, decided by which points lie in front of both.

import { apply3, multiply3, transpose3, determinant3, type Matrix3 } from '../linear-algebra/matrix3.ts';
import { svd3 } from '../linear-algebra/svd3.ts';
import type { PointPairs, TwoViewMatrix } from './point-pairs.ts';

/** x2 = rotation · x1 + translation, the translation of length one. */
export interface RelativePose {
  rotation: Matrix3;
  translation: [number, number, number];
}

export interface ChosenPose extends RelativePose {
  /** Indices of the pairs that lie in front of both cameras. */
  inFront: number[];
  /** Angles between the two rays at those points, in radians, same order. */
  angles: number[];
}

/** The four poses of an essential matrix (Hartley and Zisserman, result 9.19). */
export function posesOf(e: TwoViewMatrix): RelativePose[] {
  const { u, v } = svd3(e);
  const su = determinant3(u) < 0 ? -1 : 1;
  const sv = determinant3(v) < 0 ? -1 : 1;
  const vt = transpose3(v);
  const w = [0, -1, 0, 1, 0, 0, 0, 0, 1];
  const wt = [0, 1, 0, -1, 0, 0, 0, 0, 1];
  const poses: RelativePose[] = [];
  for (const middle of [w, wt]) {
    const rotation = multiply3(multiply3(u, middle), vt).map((value) => value * su * sv);
    for (const sign of [1, -1]) {
      poses.push({ rotation, translation: [sign * u[2], sign * u[5], sign * u[8]] });
    }
  }
  return poses;
}

/** @param rays pairs of rays (x, y, 1) */
export function choosePose(e: TwoViewMatrix, rays: PointPairs, idxs: ArrayLike<number>): ChosenPose {
  let best: ChosenPose | null = null;
  for (const pose of posesOf(e)) {
    const inFront: number[] = [];
    const angles: number[] = [];
    for (let k = 0; k < idxs.length; k++) {
      const i = idxs[k];
      const angle = angleInFront(pose, rays.x1[i], rays.y1[i], rays.x2[i], rays.y2[i]);
      if (angle === null) continue;
      inFront.push(i);
      angles.push(angle);
    }
    if (best === null || inFront.length > best.inFront.length) best = { ...pose, inFront, angles };
  }
  return best as ChosenPose;
}

/** Angle between two rays that meet in front of both cameras, or null. */
function angleInFront(pose: RelativePose, x1: number, y1: number, x2: number, y2: number): number | null {
  const { rotation, translation: t } = pose;
  const a = apply3(rotation, [x1, y1, 1]);
  // Least squares for depth1 · a + t = depth2 · b.
  const aa = a[0] * a[0] + a[1] * a[1] + a[2] * a[2];
  const bb = x2 * x2 + y2 * y2 + 1;
  const ab = a[0] * x2 + a[1] * y2 + a[2];
  const at = a[0] * t[0] + a[1] * t[1] + a[2] * t[2];
  const bt = x2 * t[0] + y2 * t[1] + t[2];
  const det = aa * bb - ab * ab;
  if (!(det > 1e-12 * aa * bb)) return null;
  const depth1 = (ab * bt - bb * at) / det;
  const depth2 = (aa * bt - ab * at) / det;
  if (depth1 <= 0 || depth2 <= 0) return null;
  return Math.acos(Math.min(1, Math.max(-1, ab / Math.sqrt(aa * bb))));
}
