// One photo's own point map out of several pairs, and how much two predictions of it disagree.

import type { PhotoId } from '../../../projects/format/scene.ts';
import { splatt3rGaussians } from '../head-gaussians.ts';
import type { PointMap } from '../reconstructor.ts';
import { shownConfidence } from '../recurrent/answers.ts';
import type { PairView } from './pair-network.ts';
import { appendPairs, type AlignedPhoto } from './alignment-terms.ts';
import { sampleGrid, samplesOf } from './samples.ts';
import { robustSimilarity, scaledMatrix } from './similarity.ts';
import { identitySim3 } from '../../../projects/format/sim3.ts';

export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length > 0 ? sum / values.length : 0;
}

/**
 * Mean of a photo's maps, all in its own camera axes, weighted by confidence (MASt3R's canonical point map, model-facts 5). Each pair has its own
 * unit: all are brought to that of the first map, whose Gaussians are kept.
 * @param views at least one, the most trusted first, all of one size
 */
export function mergedView(views: readonly PairView[]): PairView {
  const [first, ...others] = views;
  if (others.length === 0) return first;
  const points = new Float32Array(first.points.length);
  const confidences = new Float32Array(first.confidences.length);
  const scales = views.map((view) => (view === first ? 1 : scaleTo(first, view)));
  for (let i = 0, p = 0; i < confidences.length; i++, p += 3) {
    let total = 0;
    let squares = 0;
    for (let v = 0; v < views.length; v++) {
      const { points: own, confidences: trust } = views[v];
      const c = trust[i];
      if (!Number.isFinite(c * scales[v] * (own[p] + own[p + 1] + own[p + 2]))) continue;
      total += c;
      squares += c * c;
      for (let k = 0; k < 3; k++) points[p + k] += c * scales[v] * own[p + k];
    }
    for (let k = 0; k < 3; k++) points[p + k] = total > 0 ? points[p + k] / total : NaN;
    confidences[i] = total > 0 ? squares / total : 1;
  }
  return { ...first, points, confidences };
}

/** The factor that brings the points of one map to another, every pixel counted by the confidences and not by its depth. */
function scaleTo(target: PairView, source: PairView): number {
  let above = 0;
  let below = 0;
  for (const i of sampleGrid(target.widthPx, target.heightPx)) {
    const p = 3 * i;
    let product = 0;
    let ownSquares = 0;
    let far = 0;
    for (let k = 0; k < 3; k++) {
      product += target.points[p + k] * source.points[p + k];
      ownSquares += source.points[p + k] ** 2;
      far += target.points[p + k] ** 2;
    }
    const weight = (target.confidences[i] * source.confidences[i]) / far;
    if (!Number.isFinite(weight * (product + ownSquares))) continue;
    above += weight * product;
    below += weight * ownSquares;
  }
  return above > 0 && below > 0 ? above / below : NaN;
}

/**
 * Distance of two predictions of each pixel relative to its distance from the camera. The second may be in any axes and unit: it is laid
 * onto the first before.
 * @returns null when that is not possible
 */
export function disagreementOf(own: PairView, other: PairView): Float32Array | null {
  const grid = sampleGrid(own.widthPx, own.heightPx);
  const from = samplesOf(other.points, other.confidences, grid);
  const pairs = {
    source: new Float64Array(3 * grid.length),
    target: new Float64Array(3 * grid.length),
    weights: new Float64Array(grid.length),
  };
  appendPairs(pairs, 0, from, identitySim3, samplesOf(own.points, own.confidences, grid));
  const ownFromOther = robustSimilarity(pairs);
  if (!ownFromOther) return null;
  const m = scaledMatrix(ownFromOther);
  const t = ownFromOther.translation;
  const errors = new Float32Array(own.confidences.length);
  for (let i = 0, p = 0; i < errors.length; i++, p += 3) {
    let squares = 0;
    let far = 0;
    for (let k = 0; k < 3; k++) {
      const { points } = other;
      const y = m[3 * k] * points[p] + m[3 * k + 1] * points[p + 1] + m[3 * k + 2] * points[p + 2] + t[k];
      squares += (y - own.points[p + k]) ** 2;
      far += own.points[p + k] ** 2;
    }
    const error = Math.sqrt(squares / far);
    errors[i] = Number.isFinite(error) ? error : 1;
  }
  return errors;
}

/** @param colors height × width × 3 sRGB */
export function shownMap(view: PairView, photoId: PhotoId, colors: Uint8Array, errors: Float32Array | null): PointMap {
  const positions = view.points.slice();
  for (let p = 0; p < positions.length; p += 3)
    if (!Number.isFinite(positions[p] + positions[p + 1] + positions[p + 2])) positions.fill(NaN, p, p + 3);
  return {
    photoId,
    kind: 'final',
    gridWidthPx: view.widthPx,
    gridHeightPx: view.heightPx,
    positions,
    confidences: view.confidences.map(shownConfidence),
    colors,
    normals: null,
    errors,
    moving: null,
    ...(view.gaussians ? { gaussians: splatt3rGaussians(view.gaussians, colors) } : {}),
  };
}

export const samplesOfView = ({ points, confidences, widthPx, heightPx }: PairView): AlignedPhoto['samples'] =>
  samplesOf(points, confidences, sampleGrid(widthPx, heightPx));
