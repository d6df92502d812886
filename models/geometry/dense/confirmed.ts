// What other views confirm of a depth map, without what flies in the air.

import { agreementOf, type SeenDepth } from './agreement.ts';
import { removeFlyingPixels, removeSpeckles } from './clean.ts';
import type { DepthPicture } from './point-map.ts';

/** Depths that differ by less are one surface. */
export const sameSurface = { px: 1, least: 0.008, most: 0.03 };
/**
 * Patches of less than this share of a picture fly in the air too often: on redkitchen_rgbd one point in four of them is more than a tenth off
 * its sensor depth, of larger ones one in twenty-five.
 */
const smallestPatch = 1 / 300;

/** Keeps what two other views confirm (one, when there is only one) and what is a surface. */
export function confirmed(reference: SeenDepth, others: readonly SeenDepth[]): DepthPicture {
  const { widthPx, heightPx, confidence } = reference.map;
  const { views, depth, difference } = agreementOf(reference, others, sameSurface);
  const wanted = Math.min(2, others.length);
  for (let i = 0; i < depth.length; i++) if (views[i] < wanted) depth[i] = NaN;
  cleaned(depth, widthPx, heightPx);
  const trust = new Float32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    if (!(depth[i] > 0)) continue;
    const share = Math.min(1, views[i] / 5);
    trust[i] = 0.5 + 0.5 * share * (0.3 + 0.7 * confidence[i]);
  }
  return { widthPx, heightPx, depth, confidence: trust, difference };
}

/** Takes out what flies in the air, in place. */
export function cleaned(depth: Float32Array, widthPx: number, heightPx: number): void {
  removeFlyingPixels(depth, widthPx, heightPx);
  removeSpeckles(depth, widthPx, heightPx, { smallest: Math.round(smallestPatch * widthPx * heightPx) });
}
