// A new photo finds its place: the points that its pairs share with placed photos say where the pairs are, and these say where the photo is.

import { identitySim3, inverse, type Sim3 } from '../../../projects/format/sim3.ts';
import { appendPairs, type AlignedPhoto, type PairEdge } from './alignment-terms.ts';
import type { Samples } from './samples.ts';
import { robustSimilarity, scaledMatrix, type WeightedPairs } from './similarity.ts';

const emptyPairs = (count: number): WeightedPairs => ({
  source: new Float64Array(3 * count),
  target: new Float64Array(3 * count),
  weights: new Float64Array(count),
});

/** The pair's axes from those of the world, by the side of it that is placed. */
function edgeFromWorld(placed: AlignedPhoto, predicted: Samples): Sim3 | null {
  const pairs = emptyPairs(predicted.length / 4);
  appendPairs(pairs, 0, placed.samples, placed.worldFromCamera, predicted);
  return robustSimilarity(pairs);
}

/**
 * Weighted Procrustes with scale over all pairs of the new photo at once (model-facts 4.5 takes only the strongest).
 * @param own samples of the new photo's own point map
 * @param edges pairs of the new photo, index `idx`, with placed photos
 * @returns worldFromCamera, or null when no pair holds
 */
export function registerPhoto(
  own: Samples,
  idx: number,
  edges: readonly PairEdge[],
  photos: readonly AlignedPhoto[],
): Sim3 | null {
  const count = own.length / 4;
  const pairs = emptyPairs(count * edges.length);
  edges.forEach(({ firstIdx, secondIdx, first, second }, k) => {
    const isFirst = firstIdx === idx;
    const placed = photos[isFirst ? secondIdx : firstIdx];
    const toEdge = edgeFromWorld(placed, isFirst ? second : first);
    if (!toEdge) return;
    const part = emptyPairs(count);
    appendPairs(part, 0, own, identitySim3, isFirst ? first : second);
    const worldPoints = carried(part.target, inverse(toEdge));
    pairs.source.set(part.source, 3 * count * k);
    pairs.target.set(worldPoints, 3 * count * k);
    pairs.weights.set(part.weights, count * k);
  });
  return robustSimilarity(pairs);
}

function carried(points: Float64Array, targetFromSource: Sim3): Float64Array {
  const m = scaledMatrix(targetFromSource);
  const t = targetFromSource.translation;
  const out = new Float64Array(points.length);
  for (let p = 0; p < points.length; p += 3)
    for (let k = 0; k < 3; k++)
      out[p + k] = m[3 * k] * points[p] + m[3 * k + 1] * points[p + 1] + m[3 * k + 2] * points[p + 2] + t[k];
  return out;
}
