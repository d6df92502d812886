// Smooth choice of a plane per pixel: semi-global matching along four directions over a score volume.
//
// H. Hirschmüller, "Stereo processing by semiglobal matching and mutual information", PAMI 2008, equations 13 and 14.

import { eachRow } from '../each-row.ts';

/** Cost of stepping one plane, and of stepping further, in units of the score (0…1). */
const smallStep = 0.06;
const largeStep = 0.5;

/** heightPx × widthPx × planes each. */
export interface CostVolumes {
  total: Float32Array;
  cost: Float32Array;
}

/** Cost 1 − score (0…1) of a volume [planes, height, width], and summed along the four axis directions; both pixel-major: [height, width, planes]; written into memory that is given. */
export function aggregateCosts(
  score: Float32Array,
  planes: number,
  widthPx: number,
  heightPx: number,
  grey: Float32Array,
  { total, cost }: CostVolumes = {
    total: new Float32Array(score.length),
    cost: new Float32Array(score.length),
  },
): CostVolumes {
  const pixels = widthPx * heightPx;
  eachRow(heightPx, (row) => {
    for (let i = row * widthPx; i < (row + 1) * widthPx; i++)
      for (let p = 0, k = i * planes, from = i; p < planes; p++, k++, from += pixels) {
        const value = score[from];
        cost[k] = value > 0 ? 1 - value : 1;
      }
  });
  total.fill(0);
  const sweep = (start: number, step: number, count: number): void => {
    let before = new Float32Array(planes);
    let current = new Float32Array(planes);
    let beforeMin = 0;
    for (let n = 0, i = start; n < count; n++, i += step) {
      // A change of brightness is where depth may jump: the large step costs less there.
      const contrast = n === 0 ? 0 : Math.abs(grey[i] - grey[i - step]);
      const jump = beforeMin + Math.max(2 * smallStep, largeStep / (1 + 12 * contrast));
      const base = i * planes;
      let min = Infinity;
      for (let p = 0; p < planes; p++) {
        let best = before[p];
        if (p > 0 && before[p - 1] + smallStep < best) best = before[p - 1] + smallStep;
        if (p < planes - 1 && before[p + 1] + smallStep < best) best = before[p + 1] + smallStep;
        if (jump < best) best = jump;
        const value = cost[base + p] + (n === 0 ? 0 : best - beforeMin);
        current[p] = value;
        total[base + p] += value;
        if (value < min) min = value;
      }
      beforeMin = min;
      [before, current] = [current, before];
    }
  };
  for (let row = 0; row < heightPx; row++) {
    sweep(row * widthPx, 1, widthPx);
    sweep(row * widthPx + widthPx - 1, -1, widthPx);
  }
  for (let column = 0; column < widthPx; column++) {
    sweep(column, widthPx, heightPx);
    sweep((heightPx - 1) * widthPx + column, -widthPx, heightPx);
  }
  return { total, cost };
}

/** Vertex of the parabola through three equally spaced costs around a minimum, −0.5…0.5 of a step. */
export function parabolaOffset(before: number, at: number, after: number): number {
  const bend = before - 2 * at + after;
  return bend > 1e-9 ? Math.min(0.5, Math.max(-0.5, (before - after) / (2 * bend))) : 0;
}
