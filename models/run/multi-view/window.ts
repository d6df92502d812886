// A window of photos in the world: where its axes lie, told by the photos that are placed already, and what it says of each of its photos.

import { compose, inverse, transformPoint, type Sim3 } from '../../../projects/format/sim3.ts';
import { appendPairs, type AlignedPhoto, type PairEdge } from '../pairwise/alignment-terms.ts';
import { samplesOfView } from '../pairwise/own-map.ts';
import type { Samples } from '../pairwise/samples.ts';
import { robustSimilarity, type WeightedPairs } from '../pairwise/similarity.ts';
import type { SeenView } from './view-network.ts';

/**
 * The similarity that lays the window on what is known of its photos: weighted by the confidences, robust against photos and points that do not fit
 * (the alignment of chunks in VGGT-Long, model-facts 2.7, with all shared photos at once).
 * @param views of the window
 * @param placed what is known of each, in the same order; null for those that are new
 * @returns null when nothing holds
 */
export function worldFromWindow(views: readonly SeenView[], placed: readonly (AlignedPhoto | null)[]): Sim3 | null {
  const shared = views.flatMap((view, i) => {
    const known = placed[i];
    return known ? [{ known, seen: moved(samplesOfView(view), view.windowFromCamera) }] : [];
  });
  const count = shared.reduce((sum, { seen }) => sum + seen.length / 4, 0);
  const pairs: WeightedPairs = {
    source: new Float64Array(3 * count),
    target: new Float64Array(3 * count),
    weights: new Float64Array(count),
  };
  let at = 0;
  for (const { known, seen } of shared) {
    appendPairs(pairs, at, known.samples, known.worldFromCamera, seen);
    at += seen.length / 4;
  }
  const windowFromWorld = robustSimilarity(pairs);
  return windowFromWorld && inverse(windowFromWorld);
}

/**
 * Pairs of one photo of the window with all others, in its own axes: what closing work aligns.
 * @param places of the views among the photos of the run
 */
export function windowEdges(views: readonly SeenView[], places: readonly number[], center: number): PairEdge[] {
  const own = views[center];
  const centerFromWindow = inverse(own.windowFromCamera);
  const first = samplesOfView(own);
  return views.flatMap((view, i) => {
    if (i === center) return [];
    const second = moved(samplesOfView(view), compose(centerFromWindow, view.windowFromCamera));
    return [{ firstIdx: places[center], secondIdx: places[i], first, second }];
  });
}

function moved(samples: Samples, targetFromSource: Sim3): Samples {
  const out = samples.slice();
  for (let i = 0; i < out.length; i += 4)
    out.set(transformPoint(targetFromSource, [samples[i], samples[i + 1], samples[i + 2]]), i);
  return out;
}
