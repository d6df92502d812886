// Depth and a field of view become points.

/** A field of view that no camera has (a network may say zero) is held within these, in radians. */
const least = Math.PI / 180;
const most = (170 * Math.PI) / 180;

/** Focal length in pixels from the field of view along a side of that many pixels. */
export const focalOf = (fov: number, sidePx: number): number =>
  sidePx / 2 / Math.tan(Math.min(most, Math.max(least, Number.isFinite(fov) ? fov : 1)) / 2);

/**
 * @param depth height × width, along the optical axis, which goes through the middle
 * @returns height × width × 3 in camera axes
 */
export function pointsOfDepth(
  depth: Float32Array,
  widthPx: number,
  heightPx: number,
  [fxPx, fyPx]: readonly [number, number],
): Float32Array {
  const points = new Float32Array(3 * depth.length);
  for (let row = 0, i = 0; row < heightPx; row++) {
    const y = (row + 0.5 - heightPx / 2) / fyPx;
    for (let col = 0; col < widthPx; col++, i++) {
      const z = depth[i];
      points[3 * i] = (z * (col + 0.5 - widthPx / 2)) / fxPx;
      points[3 * i + 1] = z * y;
      points[3 * i + 2] = z;
    }
  }
  return points;
}
