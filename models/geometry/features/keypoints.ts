// Keypoints: extrema of the difference of Gaussians over space and scale, refined below the pixel (Lowe 2004).

import { eachRow } from '../each-row.ts';
import type { GrayImage } from './gray-image.ts';
import { baseSigma, levelsPerOctave, type Octave } from './scale-space.ts';

/** Principal curvatures further apart than this are an edge. */
const edgeRatio = 10;
/** Samples at the border that have no whole neighbourhood. */
const border = 4;

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

/** Sample i of the difference between level k + 1 and level k. */
const difference = (levels: readonly GrayImage[], k: number, i: number): number =>
  levels[k + 1].data[i] - levels[k].data[i];

/**
 * Differences of Gaussians are taken where they are needed: as pictures of their own they would be written and read once more.
 * @param threshold least difference of Gaussians, in grey levels of 0…1
 */
export function findKeypoints(octave: Octave, threshold: number): Keypoint[] {
  const { heightPx } = octave.levels[0];
  const keypoints: Keypoint[] = [];
  for (let k = 1; k <= levelsPerOctave; k++) {
    eachRow(heightPx, (y) => {
      if (y < border || y >= heightPx - border) return;
      for (const x of peaksOfRow(octave.levels, k, y, 0.8 * threshold)) {
        const keypoint = refine(octave, k, x, y, threshold);
        if (keypoint) keypoints.push(keypoint);
      }
    });
  }
  return keypoints;
}

/** Columns of a row's extrema over space and scale. */
function peaksOfRow(levels: readonly GrayImage[], k: number, y: number, least: number): number[] {
  const w = levels[0].widthPx;
  const below = levels[k].data;
  const above = levels[k + 1].data;
  const start = y * w;
  const end = start + w - border;
  const peaks: number[] = [];
  let before = 0;
  let value = above[start + border - 1] - below[start + border - 1];
  let after = above[start + border] - below[start + border];
  for (let i = start + border; i < end; i++) {
    before = value;
    value = after;
    after = above[i + 1] - below[i + 1];
    // Most samples are told by their neighbours in the row: those are at hand.
    if (value >= least ? value <= before || value <= after : value > -least || value >= before || value >= after)
      continue;
    if (isExtremum(levels, k, i, w, value)) peaks.push(i - start);
  }
  return peaks;
}

/** The neighbours in the row are known to be beyond it. */
function isExtremum(levels: readonly GrayImage[], k: number, i: number, w: number, value: number): boolean {
  const sign = value > 0 ? 1 : -1;
  return (
    rowIsBelow(levels, k, i - w, value, sign) &&
    rowIsBelow(levels, k, i + w, value, sign) &&
    dominates(levels, k - 1, i, w, value, sign) &&
    dominates(levels, k + 1, i, w, value, sign)
  );
}

const dominates = (
  levels: readonly GrayImage[],
  k: number,
  i: number,
  w: number,
  value: number,
  sign: number,
): boolean =>
  rowIsBelow(levels, k, i, value, sign) &&
  rowIsBelow(levels, k, i - w, value, sign) &&
  rowIsBelow(levels, k, i + w, value, sign);

/** Whether sample i and its neighbours in the row lie below a maximum, or above a minimum. */
function rowIsBelow(levels: readonly GrayImage[], k: number, i: number, value: number, sign: number): boolean {
  const below = levels[k].data;
  const above = levels[k + 1].data;
  const v = value * sign;
  return (
    sign * (above[i] - below[i]) < v &&
    sign * (above[i - 1] - below[i - 1]) < v &&
    sign * (above[i + 1] - below[i + 1]) < v
  );
}

/** Fits a quadric to the 3×3×3 neighbourhood; moves on when the peak lies nearer to another sample. */
function refine(octave: Octave, levelIdx: number, xIdx: number, yIdx: number, threshold: number): Keypoint | null {
  const { levels } = octave;
  const { widthPx: w, heightPx: h } = levels[0];
  let x = xIdx;
  let y = yIdx;
  const k = levelIdx;
  for (let round = 0; round < 5; round++) {
    const i = y * w + x;
    const d = (level: number, offset: number): number => difference(levels, k + level, i + offset);
    const c2 = 2 * d(0, 0);
    const gx = 0.5 * (d(0, 1) - d(0, -1));
    const gy = 0.5 * (d(0, w) - d(0, -w));
    const gs = 0.5 * (d(1, 0) - d(-1, 0));
    const xx = d(0, 1) + d(0, -1) - c2;
    const yy = d(0, w) + d(0, -w) - c2;
    const ss = d(1, 0) + d(-1, 0) - c2;
    const xy = 0.25 * (d(0, w + 1) + d(0, -w - 1) - d(0, w - 1) - d(0, 1 - w));
    const xs = 0.25 * (d(1, 1) + d(-1, -1) - d(1, -1) - d(-1, 1));
    const ys = 0.25 * (d(1, w) + d(-1, -w) - d(1, -w) - d(-1, w));
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
      const response = Math.abs(0.5 * c2 + 0.5 * (gx * dx + gy * dy + gs * ds));
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
