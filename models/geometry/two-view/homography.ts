// Homographies: what two photos of a plane, or two photos from one place, have in common.

import { inverse3, multiply3 } from '../linear-algebra/matrix3.ts';
import { nullSpace } from '../linear-algebra/null-space.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { normalisation } from './fundamental.ts';
import type { PointPairs, TwoViewMatrix } from './point-pairs.ts';
import type { Estimator } from './ransac.ts';

/** Direct linear transform over four or more pairs: [x2 y2 1] ~ H · [x1 y1 1] (Hartley and Zisserman, algorithm 4.2). */
export function homographyThrough(pairs: PointPairs, idxs: ArrayLike<number>): TwoViewMatrix | null {
  const n1 = normalisation(pairs.x1, pairs.y1, idxs);
  const n2 = normalisation(pairs.x2, pairs.y2, idxs);
  const normal = new Float64Array(81);
  for (let k = 0; k < idxs.length; k++) {
    const i = idxs[k];
    const x = (pairs.x1[i] - n1.x) * n1.s;
    const y = (pairs.y1[i] - n1.y) * n1.s;
    const u = (pairs.x2[i] - n2.x) * n2.s;
    const v = (pairs.y2[i] - n2.y) * n2.s;
    addOuter(normal, [-x, -y, -1, 0, 0, 0, u * x, u * y, u]);
    addOuter(normal, [0, 0, 0, -x, -y, -1, v * x, v * y, v]);
  }
  const h = symmetricEigen(normal, 9).vectors.subarray(0, 9);
  const t1 = [n1.s, 0, -n1.s * n1.x, 0, n1.s, -n1.s * n1.y, 0, 0, 1];
  const back = [1 / n2.s, 0, n2.x, 0, 1 / n2.s, n2.y, 0, 0, 1];
  const out = multiply3(multiply3(back, h), t1);
  return out.every(Number.isFinite) ? out : null;
}

/** The homography of exactly four pairs, much faster than least squares; null when three of them are in line. */
export function fourPoint(pairs: PointPairs, sample: ArrayLike<number>): TwoViewMatrix | null {
  const rows = new Float64Array(72);
  for (let k = 0; k < 4; k++) {
    const i = sample[k];
    const x = pairs.x1[i];
    const y = pairs.y1[i];
    const u = pairs.x2[i];
    const v = pairs.y2[i];
    rows.set([-x, -y, -1, 0, 0, 0, u * x, u * y, u], 18 * k);
    rows.set([0, 0, 0, -x, -y, -1, v * x, v * y, v], 18 * k + 9);
  }
  return nullSpace(rows, 8, 9)?.[0] ?? null;
}

function addOuter(normal: Float64Array, row: number[]): void {
  for (let r = 0; r < 9; r++) {
    if (row[r] === 0) continue;
    for (let c = 0; c < 9; c++) normal[r * 9 + c] += row[r] * row[c];
  }
}

/** @param thresholdSquared of the transfer error in each photo, in the unit of the pairs */
export function homographyEstimator(pairs: PointPairs, thresholdSquared: number): Estimator<TwoViewMatrix> {
  const errors = (h: TwoViewMatrix, visit: (i: number, error: number) => boolean): void => {
    const back = inverse3(h);
    for (let i = 0; i < pairs.count; i++) {
      const forward = transferSquared(h, pairs.x1[i], pairs.y1[i], pairs.x2[i], pairs.y2[i]);
      const backward = back ? transferSquared(back, pairs.x2[i], pairs.y2[i], pairs.x1[i], pairs.y1[i]) : Infinity;
      if (!visit(i, Math.max(forward, backward) / thresholdSquared)) return;
    }
  };
  return {
    count: pairs.count,
    sampleSize: 4,
    solve(sample) {
      const h = fourPoint(pairs, sample);
      return h ? [h] : [];
    },
    cost(h, limit) {
      let cost = 0;
      errors(h, (_, error) => {
        cost += error < 1 ? error : 1;
        return cost < limit;
      });
      return cost;
    },
    inliersOf(h) {
      const inliers: number[] = [];
      errors(h, (i, error) => {
        if (error < 1) inliers.push(i);
        return true;
      });
      return Int32Array.from(inliers);
    },
    refine: (_, inliers) => homographyThrough(pairs, inliers),
  };
}

function transferSquared(h: TwoViewMatrix, x: number, y: number, u: number, v: number): number {
  const w = h[6] * x + h[7] * y + h[8];
  const dx = (h[0] * x + h[1] * y + h[2]) / w - u;
  const dy = (h[3] * x + h[4] * y + h[5]) / w - v;
  return dx * dx + dy * dy;
}
