// The similarity that lays one set of points onto another in least squares (Umeyama 1991).

import { quaternionFromMatrix, type Sim3 } from '../../projects/format/sim3.ts';
import { apply3, determinant3, multiply3, transpose3 } from './linear-algebra/matrix3.ts';
import { svd3 } from './linear-algebra/svd3.ts';

type Point = readonly [number, number, number];

/** @returns targetFromSource, or null for fewer than three pairs or points that all coincide */
export function similarityBetween(source: readonly Point[], target: readonly Point[], withScale = true): Sim3 | null {
  const n = source.length;
  if (n < 3 || target.length !== n) return null;
  const meanOf = (points: readonly Point[]): [number, number, number] => {
    const sum = [0, 0, 0];
    for (const p of points) for (let k = 0; k < 3; k++) sum[k] += p[k] / n;
    return [sum[0], sum[1], sum[2]];
  };
  const s = meanOf(source);
  const t = meanOf(target);
  const covariance = new Float64Array(9);
  let variance = 0;
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) covariance[3 * r + c] += ((target[i][r] - t[r]) * (source[i][c] - s[c])) / n;
      variance += (source[i][r] - s[r]) ** 2 / n;
    }
  }
  if (!(variance > 0)) return null;
  const { u, s: singular, v } = svd3(covariance);
  const sign = determinant3(u) * determinant3(v) < 0 ? -1 : 1;
  const rotation = multiply3(multiply3(u, [1, 0, 0, 0, 1, 0, 0, 0, sign]), transpose3(v));
  const scale = withScale ? (singular[0] + singular[1] + sign * singular[2]) / variance : 1;
  if (!(scale > 0)) return null;
  const moved = apply3(rotation, s);
  return {
    rotation: quaternionFromMatrix(rotation),
    scale,
    translation: [t[0] - scale * moved[0], t[1] - scale * moved[1], t[2] - scale * moved[2]],
  };
}
