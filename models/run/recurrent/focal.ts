// Focal length from a point map by Weiszfeld's iteration, as DUSt3R does (model-facts 4.6).

/**
 * Minimises Σ |p − f·(x/z, y/z)| over the focal length f, p counted from the middle of the picture.
 * @param points height × width × 3 in camera axes
 * @returns pixels, kept within 0.5…3.5 of the focal of a 60° view; that focal when no point is usable
 */
export function focalByWeiszfeld(points: Float32Array, widthPx: number, heightPx: number): number {
  const base = Math.max(widthPx, heightPx) / (2 * Math.tan(Math.PI / 6));
  let focal = weightedFocal(points, widthPx, heightPx, null) ?? base;
  for (let round = 0; round < 10; round++) focal = weightedFocal(points, widthPx, heightPx, focal) ?? focal;
  return Math.min(3.5 * base, Math.max(0.5 * base, focal));
}

/** Least squares, each pixel weighted by the inverse of its distance under the last focal (null: equally). */
function weightedFocal(points: Float32Array, widthPx: number, heightPx: number, last: number | null): number | null {
  let above = 0;
  let below = 0;
  for (let y = 0, i = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, i += 3) {
      const z = points[i + 2];
      const rx = points[i] / z;
      const ry = points[i + 1] / z;
      if (!Number.isFinite(rx) || !Number.isFinite(ry)) continue;
      const px = x + 0.5 - widthPx / 2;
      const py = y + 0.5 - heightPx / 2;
      // Math.hypot would be many times slower in a loop over all pixels.
      const dx = px - (last ?? 0) * rx;
      const dy = py - (last ?? 0) * ry;
      const weight = last === null ? 1 : 1 / Math.max(1e-8, Math.sqrt(dx * dx + dy * dy));
      above += weight * (px * rx + py * ry);
      below += weight * (rx * rx + ry * ry);
    }
  return below > 0 && Number.isFinite(above / below) ? above / below : null;
}
