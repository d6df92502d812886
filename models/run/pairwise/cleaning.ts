// Points that hang in the air before a surface which another photo sees more surely (DUSt3R's cleaning, model-facts 4.7).

import { focalByWeiszfeld } from '../recurrent/focal.ts';
import type { PairView } from './pair-network.ts';

/**
 * How much nearer than the partner's surface a point must be. DUSt3R asks for 0.1 % after alignment; here the two maps come from one pair as
 * it was predicted, where neighbouring pixels alone differ by more.
 */
const margin = 0.01;

/**
 * Marks pixels whose points, projected into the partner, lie before its depth there and are trusted less than it.
 * @param floating one per pixel of `seen`; pixels are set to 1, never back
 * @param seen the photo's points in the partner's camera axes
 * @param partner the partner's own map, in the same axes and unit
 */
export function markFloating(floating: Uint8Array, seen: PairView, partner: PairView): void {
  const { widthPx, heightPx, points: surface, confidences: trust } = partner;
  const focalPx = focalByWeiszfeld(surface, widthPx, heightPx);
  for (let i = 0, p = 0; i < floating.length; i++, p += 3) {
    const z = seen.points[p + 2];
    if (!(z > 0)) continue;
    const u = Math.floor((focalPx * seen.points[p]) / z + widthPx / 2);
    const v = Math.floor((focalPx * seen.points[p + 1]) / z + heightPx / 2);
    if (!(u >= 0 && v >= 0 && u < widthPx && v < heightPx)) continue;
    const at = v * widthPx + u;
    if (z < (1 - margin) * nearestAround(surface, u, v, widthPx, heightPx) && seen.confidences[i] < trust[at])
      floating[i] = 1;
  }
}

/** Least depth of a pixel and its neighbours: on slanted surfaces and at edges the pixel alone may be farther than what it is part of. */
function nearestAround(surface: Float32Array, u: number, v: number, widthPx: number, heightPx: number): number {
  let nearest = Infinity;
  for (let y = Math.max(0, v - 1); y <= Math.min(heightPx - 1, v + 1); y++)
    for (let x = Math.max(0, u - 1); x <= Math.min(widthPx - 1, u + 1); x++)
      nearest = Math.min(nearest, surface[3 * (y * widthPx + x) + 2]);
  return nearest;
}
