// From scores to depth: which plane a pixel takes, where between the planes it lies, and how sure that is.

import { eachRow } from '../each-row.ts';
import type { DepthMap } from './depth-map.ts';
import { parabolaOffset } from './semiglobal.ts';
import type { SweepView } from './view.ts';

/** Offsets of the band in steps. */
export const bandOffsets = [-3, -2, -1, 0, 1, 2, 3] as const;
/** What a step of the band costs, so that places without contrast keep the coarse depth instead of following noise. */
const bandStepCost = 0.012;

/** The plane of the least aggregated cost with its sub-plane place; confidence from how much the next best plane elsewhere loses. */
export function chosenPlanes(
  cost: Float32Array,
  total: Float32Array,
  planes: number,
  { camera: { widthPx, heightPx } }: SweepView,
  firstInverse: number,
  stepOfInverse: number,
): DepthMap {
  const n = widthPx * heightPx;
  const depth = new Float32Array(n);
  const confidence = new Float32Array(n);
  const choose = (i: number): void => {
    const base = i * planes;
    let best = 0;
    for (let p = 1; p < planes; p++) if (total[base + p] < total[base + best]) best = p;
    let rival = 1;
    for (let p = 0; p < planes; p++)
      if (cost[base + p] < rival && (p > best + 2 || p < best - 2)) rival = cost[base + p];
    const own = cost[base + best];
    const inside = best > 0 && best < planes - 1;
    const offset = inside ? parabolaOffset(total[base + best - 1], total[base + best], total[base + best + 1]) : 0;
    depth[i] = 1 / (firstInverse + (best + offset) * stepOfInverse);
    // The first and the last plane are where everything lands that belongs to none.
    confidence[i] = inside ? Math.min(1, Math.max(0, 0.5 + (rival - own) / 0.3)) : 0;
  };
  eachRow(heightPx, (row) => {
    for (let i = row * widthPx; i < (row + 1) * widthPx; i++) choose(i);
  });
  return { widthPx, heightPx, depth, confidence };
}

/** Inverse depths for the band: smooth where the coarse map is smooth, the nearest cell beside edges; `other` is the farthest value of the 3×3 cells around. */
export function enlarged(
  coarse: DepthMap,
  { camera }: SweepView,
  stepOfInverse: number,
): { centre: Float32Array; other: Float32Array; coarseConfidence: Float32Array } {
  const { widthPx, heightPx } = camera;
  const { widthPx: w, heightPx: h } = coarse;
  const q = coarse.depth.map((depth) => 1 / depth);
  const n = widthPx * heightPx;
  const centre = new Float32Array(n);
  const other = new Float32Array(n);
  const coarseConfidence = new Float32Array(n);
  eachRow(heightPx, (row) => {
    const cellRow = Math.min(h - 1, row >> 1);
    const nextRow = Math.min(h - 1, Math.max(0, cellRow + (row & 1 ? 1 : -1)));
    for (let column = 0, i = row * widthPx; column < widthPx; column++, i++) {
      const cellColumn = Math.min(w - 1, column >> 1);
      const nextColumn = Math.min(w - 1, Math.max(0, cellColumn + (column & 1 ? 1 : -1)));
      const own = q[cellRow * w + cellColumn];
      const across = q[cellRow * w + nextColumn];
      const down = q[nextRow * w + cellColumn];
      const corner = q[nextRow * w + nextColumn];
      const smooth = Math.max(own, across, down, corner) - Math.min(own, across, down, corner) < 2.5 * stepOfInverse;
      centre[i] = smooth ? (9 * own + 3 * across + 3 * down + corner) / 16 : own;
      let farthest = own;
      for (let y = Math.max(0, cellRow - 1); y <= Math.min(h - 1, cellRow + 1); y++)
        for (let x = Math.max(0, cellColumn - 1); x <= Math.min(w - 1, cellColumn + 1); x++)
          if (Math.abs(q[y * w + x] - own) > Math.abs(farthest - own)) farthest = q[y * w + x];
      other[i] = farthest;
      coarseConfidence[i] = coarse.confidence[cellRow * w + cellColumn];
    }
  });
  return { centre, other, coarseConfidence };
}

/** The best of the band with its sub-step place; the far candidate where it is clearly better. */
export function bestInBand(
  score: Float32Array,
  centre: Float32Array,
  other: Float32Array,
  step: Float32Array,
  widthPx: number,
  heightPx: number,
): DepthMap {
  const n = widthPx * heightPx;
  const last = bandOffsets.length - 1;
  const depth = new Float32Array(n);
  const confidence = new Float32Array(n);
  const choose = (i: number): void => {
    let best = last / 2;
    let bestCost = -score[best * n + i];
    for (let p = 0; p <= last; p++) {
      const cost = Math.abs(bandOffsets[p]) * bandStepCost - score[p * n + i];
      if (cost >= bestCost) continue;
      best = p;
      bestCost = cost;
    }
    let value = score[best * n + i];
    let q = centre[i] + bandOffsets[best] * step[i];
    if (score[(last + 1) * n + i] > value + 0.1) {
      value = score[(last + 1) * n + i];
      q = other[i];
    } else if (best > 0 && best < last)
      q += parabolaOffset(-score[(best - 1) * n + i], -value, -score[(best + 1) * n + i]) * step[i];
    depth[i] = q > 0 ? 1 / q : NaN;
    confidence[i] = Math.min(1, Math.max(0, (value - 0.2) / 0.6));
  };
  eachRow(heightPx, (row) => {
    for (let i = row * widthPx; i < (row + 1) * widthPx; i++) choose(i);
  });
  return { widthPx, heightPx, depth, confidence };
}
