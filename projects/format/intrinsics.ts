// The camera model all methods share: pinhole with two radial terms, in pixels of the upright photo.
//
// Pixel coordinates are continuous; the centre of the top left pixel is (0.5, 0.5), as in COLMAP.
// Distortion (COLMAP's RADIAL model): with (x, y) = (X/Z, Y/Z) and r² = x² + y², the picture shows (x, y)·(1 + k1·r² + k2·r⁴).

import type { Vec3 } from './sim3.ts';

export interface Intrinsics {
  widthPx: number;
  heightPx: number;
  fxPx: number;
  fyPx: number;
  cxPx: number;
  cyPx: number;
  k1: number;
  k2: number;
}

/** A pinhole with its principal point in the middle and no distortion. */
export function pinhole(widthPx: number, heightPx: number, focalPx: number): Intrinsics {
  return { widthPx, heightPx, fxPx: focalPx, fyPx: focalPx, cxPx: widthPx / 2, cyPx: heightPx / 2, k1: 0, k2: 0 };
}

/** The same camera for the picture resized (not cropped) to another size. */
export function resized(camera: Intrinsics, widthPx: number, heightPx: number): Intrinsics {
  const sx = widthPx / camera.widthPx;
  const sy = heightPx / camera.heightPx;
  const { fxPx, fyPx, cxPx, cyPx } = camera;
  return { ...camera, widthPx, heightPx, fxPx: fxPx * sx, fyPx: fyPx * sy, cxPx: cxPx * sx, cyPx: cyPx * sy };
}

/** Pixel of a point in camera axes, or null when it lies behind the camera. */
export function projectPoint(camera: Intrinsics, [x, y, z]: Vec3): readonly [number, number] | null {
  if (!(z > 0)) return null;
  const u = x / z;
  const v = y / z;
  const r2 = u * u + v * v;
  const d = 1 + r2 * (camera.k1 + r2 * camera.k2);
  return [camera.fxPx * u * d + camera.cxPx, camera.fyPx * v * d + camera.cyPx];
}

/** Ray through a pixel, scaled to depth 1: (x, y, 1) in camera axes. Undoes distortion by fixed-point iteration. */
export function rayThroughPixel(camera: Intrinsics, xPx: number, yPx: number): Vec3 {
  const ud = (xPx - camera.cxPx) / camera.fxPx;
  const vd = (yPx - camera.cyPx) / camera.fyPx;
  if (camera.k1 === 0 && camera.k2 === 0) return [ud, vd, 1];
  let u = ud;
  let v = vd;
  // Converges in a few rounds for the distortion of real lenses; ten leave no visible error.
  for (let round = 0; round < 10; round++) {
    const r2 = u * u + v * v;
    const d = 1 + r2 * (camera.k1 + r2 * camera.k2);
    u = ud / d;
    v = vd / d;
  }
  return [u, v, 1];
}
