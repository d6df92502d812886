// Fast3R's answers (model-facts 8): points in the photo's own axes, and the same points in those of the first photo. The similarity between the two is the
// camera's place: the official code asks PnP, or fits the two maps onto each other as here. Each map has its own unit.

import { identitySim3 } from '../../../projects/format/sim3.ts';
import { appendPairs } from '../pairwise/alignment-terms.ts';
import { samplesOfView } from '../pairwise/own-map.ts';
import { robustSimilarity } from '../pairwise/similarity.ts';
import type { Look, SeenView } from './view-network.ts';

export async function readFast3r(look: Look, view: number): Promise<SeenView> {
  const { local, local_conf: localConf } = await look.head('local', view);
  const { points, points_conf: pointsConf } = await look.head('points', view);
  const [heightPx, widthPx] = local.shape;
  const own = {
    widthPx,
    heightPx,
    points: local.data as Float32Array,
    confidences: localConf.data as Float32Array,
  };
  const second = {
    widthPx,
    heightPx,
    points: points.data as Float32Array,
    confidences: pointsConf.data as Float32Array,
  };
  const samples = samplesOfView(own);
  const pairs = {
    source: new Float64Array((3 * samples.length) / 4),
    target: new Float64Array((3 * samples.length) / 4),
    weights: new Float64Array(samples.length / 4),
  };
  appendPairs(pairs, 0, samples, identitySim3, samplesOfView(second));
  const windowFromCamera = robustSimilarity(pairs);
  // Nothing that is said of this view can be used without its place.
  if (!windowFromCamera) own.points.fill(NaN);
  return { ...own, windowFromCamera: windowFromCamera ?? identitySim3, focalPx: null, second };
}
