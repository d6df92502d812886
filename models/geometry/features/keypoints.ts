// Keypoints: extrema of the difference of Gaussians over space and scale, refined below the pixel (Lowe 2004).

import { baseSigma, levelsPerOctave, type Octave } from './scale-space.ts';

/** Principal curvatures further apart than this are an edge. */
const edgeRatio = 10;

export interface Keypoint {
  octave: Octave;
  /** Level whose picture is nearest in scale. */
  levelIdx: number;
  /** Sample coordinates in the octave. */
  x: number;
  y: number;
  /** Blur in samples of the octave. */
  sigma: number;
  /** Difference of Gaussians there, without its sign. */
  response: number;
}

/** Differences of neighbouring levels of an octave: heightPx × widthPx each, in grey levels. */
export function differencesOf({ levels }: Octave): Float32Array[] {
  return levels.slice(1).map(({ data }, k) => {
    const below = levels[k].data;
    const d = new Float32Array(data.length);
    for (let i = 0; i < d.length; i++) d[i] = data[i] - below[i];
    return d;
  });
}

/**
 * @param differences of the octave's levels
 * @param threshold least difference of Gaussians, in grey levels of 0…1
 */
export function findKeypoints(octave: Octave, differences: Float32Array[], threshold: number): Keypoint[] {
  const { widthPx: w, heightPx: h } = octave.levels[0];
  const keypoints: Keypoint[] = [];
  const border = 4;
  for (let k = 1; k <= levelsPerOctave; k++) {
    const d = differences[k];
    for (let y = border; y < h - border; y++) {
      for (let x = border, i = y * w + border; x < w - border; x++, i++) {
        const value = d[i];
        if (value < 0.8 * threshold && value > -0.8 * threshold) continue;
        if (!isExtremum(differences, k, i, w, value)) continue;
        const keypoint = refine(octave, differences, k, x, y, threshold);
        if (keypoint) keypoints.push(keypoint);
      }
    }
  }
  return keypoints;
}

function isExtremum(levels: Float32Array[], k: number, i: number, w: number, value: number): boolean {
  const sign = value > 0 ? 1 : -1;
  const here = levels[k];
  const v = value * sign;
  if (sign * here[i - 1] >= v || sign * here[i + 1] >= v || sign * here[i - w] >= v || sign * here[i + w] >= v)
    return false;
  if (sign * here[i - w - 1] >= v || sign * here[i - w + 1] >= v) return false;
  if (sign * here[i + w - 1] >= v || sign * here[i + w + 1] >= v) return false;
  return dominates(levels[k - 1], i, w, v, sign) && dominates(levels[k + 1], i, w, v, sign);
}

function dominates(d: Float32Array, i: number, w: number, v: number, sign: number): boolean {
  for (let row = i - w; row <= i + w; row += w) {
    if (sign * d[row - 1] >= v || sign * d[row] >= v || sign * d[row + 1] >= v) return false;
  }
  return true;
}

/** Fits a quadric to the 3×3×3 neighbourhood; moves on when the peak lies nearer to another sample. */
function refine(
  octave: Octave,
  levels: Float32Array[],
  levelIdx: number,
  xIdx: number,
  yIdx: number,
  threshold: number,
): Keypoint | null {
  const { widthPx: w, heightPx: h } = octave.levels[0];
  let x = xIdx;
  let y = yIdx;
  const k = levelIdx;
  for (let round = 0; round < 5; round++) {
    const i = y * w + x;
    const below = levels[k - 1];
    const d = levels[k];
    const above = levels[k + 1];
    const c2 = 2 * d[i];
    const gx = 0.5 * (d[i + 1] - d[i - 1]);
    const gy = 0.5 * (d[i + w] - d[i - w]);
    const gs = 0.5 * (above[i] - below[i]);
    const xx = d[i + 1] + d[i - 1] - c2;
    const yy = d[i + w] + d[i - w] - c2;
    const ss = above[i] + below[i] - c2;
    const xy = 0.25 * (d[i + w + 1] + d[i - w - 1] - d[i + w - 1] - d[i - w + 1]);
    const xs = 0.25 * (above[i + 1] + below[i - 1] - above[i - 1] - below[i + 1]);
    const ys = 0.25 * (above[i + w] + below[i - w] - above[i - w] - below[i + w]);
    const a = yy * ss - ys * ys;
    const b = xs * ys - xy * ss;
    const c = xy * ys - yy * xs;
    const det = xx * a + xy * b + xs * c;
    if (det === 0) return null;
    const dx = -(a * gx + b * gy + c * gs) / det;
    const dy = -(b * gx + (xx * ss - xs * xs) * gy + (xy * xs - xx * ys) * gs) / det;
    const ds = -(c * gx + (xy * xs - xx * ys) * gy + (xx * yy - xy * xy) * gs) / det;
    const moveX = dx > 0.6 && x < w - 3 ? 1 : dx < -0.6 && x > 2 ? -1 : 0;
    const moveY = dy > 0.6 && y < h - 3 ? 1 : dy < -0.6 && y > 2 ? -1 : 0;
    if (moveX === 0 && moveY === 0) {
      const response = Math.abs(d[i] + 0.5 * (gx * dx + gy * dy + gs * ds));
      const trace = xx + yy;
      const curvature = xx * yy - xy * xy;
      const onEdge = curvature <= 0 || trace * trace * edgeRatio >= (edgeRatio + 1) ** 2 * curvature;
      if (response < threshold || onEdge || Math.abs(dx) > 1.5 || Math.abs(dy) > 1.5 || Math.abs(ds) > 1.5) return null;
      const level = k + ds;
      return {
        octave,
        levelIdx: Math.min(levelsPerOctave + 1, Math.max(0, Math.round(level))),
        x: x + dx,
        y: y + dy,
        sigma: baseSigma * 2 ** (level / levelsPerOctave),
        response,
      };
    }
    x += moveX;
    y += moveY;
  }
  return null;
}
