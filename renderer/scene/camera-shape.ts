// The frustum of a photo in its camera axes, and where it falls on the screen.

import type { Intrinsics } from '../../projects/format/intrinsics.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';

/** Corners of the picture at a depth: top left, top right, bottom right, bottom left. Lens distortion is left out. */
export function pictureCorners(camera: Intrinsics, depth: number): [Vec3, Vec3, Vec3, Vec3] {
  const left = (-camera.cxPx / camera.fxPx) * depth;
  const right = ((camera.widthPx - camera.cxPx) / camera.fxPx) * depth;
  const top = (-camera.cyPx / camera.fyPx) * depth;
  const bottom = ((camera.heightPx - camera.cyPx) / camera.fyPx) * depth;
  return [
    [left, top, depth],
    [right, top, depth],
    [right, bottom, depth],
    [left, bottom, depth],
  ];
}

/** Depth at which a picture of any lens has about the same area. */
export const depthForSize = (camera: Intrinsics, size: number): number =>
  size * (camera.fxPx / Math.max(camera.widthPx, camera.heightPx));

/** Line segments as pairs of indices into apex and four corners; the last is a tick that marks the top. */
export const frustumEdges: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [0, 3],
  [0, 4],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 1],
];

export type ScreenPoint = readonly [number, number];

/** True when the point lies in the polygon (even-odd rule). */
export function isInside(polygon: readonly ScreenPoint[], [x, y]: ScreenPoint): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Vertical field of view in degrees that shows the whole picture in a viewport of the given aspect (width over height). */
export function fieldOfViewFor(camera: Intrinsics, aspect: number, margin: number): number {
  const down = Math.max(camera.cyPx, camera.heightPx - camera.cyPx) / camera.fyPx;
  const across = Math.max(camera.cxPx, camera.widthPx - camera.cxPx) / camera.fxPx;
  return (2 * Math.atan(Math.max(down, across / aspect) * margin) * 180) / Math.PI;
}
