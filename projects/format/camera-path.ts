// A camera that travels through keyframes: where it is and how it looks at any moment.

import type { Intrinsics } from './intrinsics.ts';
import type { SavedCamera } from './scene.ts';
import { add, normalizedQuaternion, scaled, subtract, length, type Quaternion, type Sim3, type Vec3 } from './sim3.ts';

export interface PathView {
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
}

/** Seconds from the first keyframe to the last. */
export function pathSeconds(cameras: readonly SavedCamera[]): number {
  return cameras.length === 0 ? 0 : cameras[cameras.length - 1].seconds - cameras[0].seconds;
}

/**
 * The view at a moment. Places follow a centripetal Catmull–Rom spline (Yuksel et al. 2011), which neither overshoots nor loops between
 * keyframes; rotations are interpolated on the sphere, focal lengths by their logarithm. `ease` starts and ends the whole path gently.
 * @param seconds counted from the first keyframe; beyond the ends the path stands still
 * @returns null without keyframes
 */
export function viewAt(cameras: readonly SavedCamera[], seconds: number, ease: boolean): PathView | null {
  if (cameras.length === 0) return null;
  const whole = pathSeconds(cameras);
  const share = whole > 0 ? Math.max(0, Math.min(1, seconds / whole)) : 0;
  const at = cameras[0].seconds + whole * (ease ? share * share * (3 - 2 * share) : share);
  const next = cameras.findIndex((camera) => camera.seconds > at);
  if (next <= 0) {
    const { worldFromCamera, intrinsics } = next === 0 ? cameras[0] : cameras[cameras.length - 1];
    return { worldFromCamera, intrinsics };
  }
  const [a, b] = [cameras[next - 1], cameras[next]];
  const t = (at - a.seconds) / (b.seconds - a.seconds);
  const before = cameras[Math.max(0, next - 2)].worldFromCamera.translation;
  const after = cameras[Math.min(cameras.length - 1, next + 1)].worldFromCamera.translation;
  const translation = splinePoint([before, a.worldFromCamera.translation, b.worldFromCamera.translation, after], t);
  const rotation = slerp(a.worldFromCamera.rotation, b.worldFromCamera.rotation, t);
  const mix = (p: number, q: number): number => p ** (1 - t) * q ** t;
  const { fxPx, fyPx } = a.intrinsics;
  return {
    worldFromCamera: { rotation, translation, scale: 1 },
    intrinsics: { ...a.intrinsics, fxPx: mix(fxPx, b.intrinsics.fxPx), fyPx: mix(fyPx, b.intrinsics.fyPx) },
  };
}

/** Point between the second and the third of four, by Barry and Goldman's pyramid with knots at the square root of the distances. */
function splinePoint([p0, p1, p2, p3]: readonly [Vec3, Vec3, Vec3, Vec3], t: number): Vec3 {
  const step = (a: Vec3, b: Vec3): number => Math.max(1e-6, Math.sqrt(length(subtract(b, a))));
  if (length(subtract(p2, p1)) < 1e-9) return p1;
  const t1 = step(p0, p1);
  const t2 = t1 + step(p1, p2);
  const t3 = t2 + step(p2, p3);
  const at = t1 + (t2 - t1) * t;
  const between = (a: Vec3, b: Vec3, from: number, to: number): Vec3 =>
    add(scaled(a, (to - at) / (to - from)), scaled(b, (at - from) / (to - from)));
  const a1 = between(p0, p1, 0, t1);
  const a2 = between(p1, p2, t1, t2);
  const a3 = between(p2, p3, t2, t3);
  return between(between(a1, a2, 0, t2), between(a2, a3, t1, t3), t1, t2);
}

/** Interpolation along the shorter way between two rotations (Shoemake 1985). */
export function slerp(a: Quaternion, b: Quaternion, t: number): Quaternion {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = dot < 0 ? -1 : 1;
  const angle = Math.acos(Math.min(1, Math.abs(dot)));
  const [wa, wb] =
    angle < 1e-4 ? [1 - t, t] : [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  return normalizedQuaternion([0, 1, 2, 3].map((k) => wa * a[k] + sign * wb * b[k]) as unknown as Quaternion);
}
