// Depth that something else has predicted, laid onto what the sweep has confirmed, so that it can say something where nothing was confirmed.
//
// A prediction is wrong by a factor that changes slowly within one surface and jumps between surfaces. The factor is known wherever depth is
// confirmed; it is carried on over the picture and over the predicted depth, not from one predicted surface to another.

import { eachRow } from '../each-row.ts';
import { BilateralGrid } from './bilateral-grid.ts';

/** Side of a cell in the picture, as a share of its longer side: small cells know best, large ones reach further into a gap. */
const cellSides = [0.04, 0.1] as const;
/** Side of a cell in depth, as a share of it. */
const depthShare = 0.08;
/** So many layers of depth are enough for any picture. */
const mostLayers = 64;
/** Confirmed pixels around a place, as a share of a cell: with fewer the factor is a guess. */
const leastKnown = 0.02;
/** Factors that differ by more around a place (standard deviation of their logarithm) say nothing about it. */
const mostSpread = 0.04;

/**
 * @param confirmed depth in units of the world, NaN where nothing is confirmed; heightPx × widthPx
 * @param predicted depth at any scale on the same grid, NaN where nothing is predicted
 * @returns depth in units of the world where nothing is confirmed and the prediction fits what is confirmed around; NaN elsewhere
 */
export function anchored(
  confirmed: Float32Array,
  predicted: Float32Array,
  widthPx: number,
  heightPx: number,
): Float32Array {
  const depth = new Float32Array(confirmed.length).fill(NaN);
  const logs = predicted.map((z) => (z > 0 ? Math.log(z) : NaN));
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < logs.length; i++)
    if (confirmed[i] > 0) {
      if (logs[i] < first) first = logs[i];
      if (logs[i] > last) last = logs[i];
    }
  if (!(first <= last)) return depth;
  const along = Math.max(depthShare, (last - first) / mostLayers);
  for (const side of cellSides) {
    const acrossPx = side * Math.max(widthPx, heightPx);
    const grid = new BilateralGrid({ widthPx, heightPx, acrossPx, first, last, along });
    eachRow(heightPx, (row) => {
      for (let column = 0, i = row * widthPx; column < widthPx; column++, i++)
        if (confirmed[i] > 0 && predicted[i] > 0) grid.add(column, row, logs[i], Math.log(confirmed[i]) - logs[i]);
    });
    grid.blur();
    eachRow(heightPx, (row) => {
      for (let column = 0, i = row * widthPx; column < widthPx; column++, i++) {
        if (confirmed[i] > 0 || depth[i] > 0 || !(logs[i] > first - along && logs[i] < last + along)) continue;
        const { known, mean, spread } = grid.at(column, row, logs[i]);
        if (known > leastKnown && spread < mostSpread) depth[i] = predicted[i] * Math.exp(mean);
      }
    });
  }
  return depth;
}
