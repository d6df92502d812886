// Errors of predicted depth against sensor depth: AbsRel, δ<1.25, median relative error, with the alignments of the literature.
//
// D. Eigen et al., NIPS 2014 (AbsRel, δ); one median scale as in SfMLearner (T. Zhou et al., CVPR 2017); scale and shift by least squares
// as in MiDaS (R. Ranftl et al., PAMI 2022).

import { medianOf, medianOfSorted } from './statistics.ts';

export interface DepthErrors {
  /** Mean of |prediction − truth| / truth. */
  absRel: number;
  /** Share of pixels with max(prediction/truth, truth/prediction) < 1.25. */
  delta125: number;
  /** Median of |prediction − truth| / truth. */
  medianRel: number;
  pixels: number;
}

/** Median of truth/prediction: the one scale of a run. */
export function medianScale(prediction: ArrayLike<number>, truth: ArrayLike<number>): number {
  const ratios = new Float64Array(prediction.length);
  for (let i = 0; i < ratios.length; i++) ratios[i] = truth[i] / prediction[i];
  return medianOf(ratios);
}

/** Scale and shift with Σ (scale·prediction + shift − truth)² least; scale 1, shift 0 when the prediction is flat. */
export function scaleAndShift(
  prediction: ArrayLike<number>,
  truth: ArrayLike<number>,
): { scale: number; shift: number } {
  const n = prediction.length;
  let sp = 0;
  let st = 0;
  for (let i = 0; i < n; i++) {
    sp += prediction[i];
    st += truth[i];
  }
  let spp = 0;
  let spt = 0;
  for (let i = 0; i < n; i++) {
    const p = prediction[i] - sp / n;
    spp += p * p;
    spt += p * (truth[i] - st / n);
  }
  const scale = spp > 0 ? spt / spp : 1;
  return spp > 0 ? { scale, shift: (st - scale * sp) / n } : { scale: 1, shift: 0 };
}

/** @param prediction @param truth the same pixels, both positive; the prediction is used as scale·prediction + shift. */
export function depthErrors(
  prediction: ArrayLike<number>,
  truth: ArrayLike<number>,
  { scale = 1, shift = 0 }: { scale?: number; shift?: number } = {},
): DepthErrors {
  const n = prediction.length;
  const relative = new Float64Array(n);
  let sum = 0;
  let within = 0;
  for (let i = 0; i < n; i++) {
    const p = scale * prediction[i] + shift;
    relative[i] = Math.abs(p - truth[i]) / truth[i];
    sum += relative[i];
    if (p > 0 && Math.max(p / truth[i], truth[i] / p) < 1.25) within++;
  }
  return { absRel: sum / n, delta125: within / n, medianRel: medianOfSorted(relative.sort()), pixels: n };
}
