// Depth where the sweep confirms nothing: a prediction, laid onto what is confirmed, swept in a narrow band, and kept where other views agree.

import { agreementOf, sureFrom, type SeenDepth } from './agreement.ts';
import { anchored } from './anchored.ts';
import { cleaned, sameSurface } from './confirmed.ts';
import type { DepthMap } from './depth-map.ts';
import type { DepthPicture } from './point-map.ts';
import type { DepthSweep } from './sweep.ts';
import type { SweepView } from './view.ts';

/** Half the band, as a share of the inverse depth: a wider one follows noise where surfaces are bare, which is where it is needed. */
const relativeBand = 0.02;
/** A prediction is believed when so many other views hold it too; where there are fewer, all of them. */
const wantedViews = 3;
/** Confidence of predicted depth, under that of which views are sure. */
const [leastPredicted, mostPredicted] = [0.1, 0.4];

/**
 * The confirmed depth with the prediction in its gaps.
 * @param own confirmed by other views, confidence 0.5 and more
 * @param predicted depth at any scale on the grid of the reference, NaN where nothing is predicted
 * @returns confidence 0.5 and more where depth is confirmed, 0.1 to 0.4 where it is predicted
 */
export async function besideConfirmed(
  sweep: DepthSweep,
  reference: SweepView,
  neighbours: readonly SweepView[],
  own: DepthPicture,
  predicted: Float32Array,
): Promise<DepthMap> {
  const { widthPx, heightPx } = own;
  const map: DepthMap = { widthPx, heightPx, depth: own.depth.slice(), confidence: own.confidence.slice() };
  const gaps = anchored(own.depth, predicted, widthPx, heightPx);
  if (!gaps.some((z) => z > 0)) return map;
  const near = await sweep.depthNear(reference, neighbours, gaps, relativeBand);
  for (let i = 0; i < gaps.length; i++) {
    if (!(near.depth[i] > 0)) continue;
    map.depth[i] = near.depth[i];
    map.confidence[i] = leastPredicted + (mostPredicted - leastPredicted) * near.confidence[i];
  }
  return map;
}

/**
 * All that is confirmed, and of what is predicted what other views hold too and none looks through.
 * @param reference @param others depth as `besideConfirmed` returns it
 */
export function filled(reference: SeenDepth, others: readonly SeenDepth[]): DepthPicture {
  const { widthPx, heightPx, confidence } = reference.map;
  const { views, depth, difference, lookThrough } = agreementOf(reference, others, sameSurface);
  const wanted = Math.min(wantedViews, others.length);
  const trust = new Float32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    if (confidence[i] >= sureFrom) depth[i] = reference.map.depth[i];
    else if (views[i] < wanted || lookThrough[i] > 0) depth[i] = NaN;
  }
  cleaned(depth, widthPx, heightPx);
  for (let i = 0; i < depth.length; i++)
    if (confidence[i] >= sureFrom) {
      // It was clean before.
      depth[i] = reference.map.depth[i];
      trust[i] = confidence[i];
    } else if (depth[i] > 0) trust[i] = sureFrom + 0.5 * Math.min(1, views[i] / 5) * confidence[i];
  return { widthPx, heightPx, depth, confidence: trust, difference };
}
