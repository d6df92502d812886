// What one pair adds to the alignment of all photos: its distances, and its share of the normal equations.
//
// A pair says where the points of two photos lie in its own axes. The similarity from the world to those axes is fitted anew whenever the
// photos move, and distances are measured in the pair's own unit: so no photo can make the sum smaller by shrinking the world.

import { compose, type Sim3 } from '../../../projects/format/sim3.ts';
import { factorCholesky, solveCholesky } from '../../geometry/linear-algebra/cholesky.ts';
import type { Samples } from './samples.ts';
import { robustSimilarity, scaledMatrix, spreadOf, type WeightedPairs } from './similarity.ts';

/** Two photos as one run of the network saw them. */
export interface PairEdge {
  firstIdx: number;
  secondIdx: number;
  /** Points of either photo in the camera axes of the first. */
  first: Samples;
  second: Samples;
}

export interface AlignedPhoto {
  worldFromCamera: Sim3;
  /** The photo's own point map in its camera axes. */
  samples: Samples;
}

/** Distances below this share of the scene's size count alike (the L1 norm of DUSt3R, smooth at zero). */
const softness2 = 1e-6;
/** Numbers of a small change of a similarity: rotation vector, translation, logarithm of scale. */
export const freedoms = 7;

/** The pair's similarity from world axes, and what is needed to measure with it; null when it cannot be fitted. */
export interface FittedEdge {
  edge: PairEdge;
  edgeFromWorld: Sim3;
  /** Mean distance of the pair's points from its camera. */
  spread: number;
  /** Σ weight · distance / spread. */
  loss: number;
}

const ends = ({ firstIdx, secondIdx, first, second }: PairEdge): readonly [number, Samples][] => [
  [firstIdx, first],
  [secondIdx, second],
];

export function fitEdge(edge: PairEdge, photos: readonly AlignedPhoto[]): FittedEdge | null {
  const pairs = pairsOf(edge, photos);
  const edgeFromWorld = robustSimilarity(pairs);
  const spread = spreadOf(pairs.target, pairs.weights);
  if (!edgeFromWorld || !(spread > 0)) return null;
  const m = scaledMatrix(edgeFromWorld);
  const t = edgeFromWorld.translation;
  const { source, target, weights } = pairs;
  let loss = 0;
  for (let i = 0, p = 0; i < weights.length; i++, p += 3) {
    if (weights[i] === 0) continue;
    let squares = 0;
    for (let k = 0; k < 3; k++) {
      const y = m[3 * k] * source[p] + m[3 * k + 1] * source[p + 1] + m[3 * k + 2] * source[p + 2] + t[k];
      squares += (y - target[p + k]) ** 2;
    }
    loss += weights[i] * Math.sqrt(squares / spread ** 2 + softness2);
  }
  return { edge, edgeFromWorld, spread, loss };
}

/** World points of both photos ↦ the pair's points; weights are the pair's. */
function pairsOf(edge: PairEdge, photos: readonly AlignedPhoto[]): WeightedPairs {
  const count = (edge.first.length + edge.second.length) / 4;
  const pairs = {
    source: new Float64Array(3 * count),
    target: new Float64Array(3 * count),
    weights: new Float64Array(count),
  };
  let at = 0;
  for (const [idx, predicted] of ends(edge)) {
    appendPairs(pairs, at, photos[idx].samples, photos[idx].worldFromCamera, predicted);
    at += predicted.length / 4;
  }
  return pairs;
}

/** Writes targetFromSource · own ↦ predicted from place `at` on. */
export function appendPairs(
  { source, target, weights }: WeightedPairs,
  at: number,
  own: Samples,
  targetFromOwn: Sim3,
  predicted: Samples,
): void {
  const m = scaledMatrix(targetFromOwn);
  const t = targetFromOwn.translation;
  for (let i = 0, p = 3 * at; i < predicted.length; i += 4, p += 3) {
    weights[p / 3] = own[i + 3] > 0 ? predicted[i + 3] : 0;
    for (let k = 0; k < 3; k++) {
      source[p + k] = m[3 * k] * own[i] + m[3 * k + 1] * own[i + 1] + m[3 * k + 2] * own[i + 2] + t[k];
      target[p + k] = predicted[i + k];
    }
  }
}

/** A pair's share of the normal equations of its two photos, its own similarity eliminated (Schur complement). */
export interface EdgeTerms {
  /** [a][b] 7 × 7 row by row, between the changes of photo a and photo b of the pair. */
  hessian: readonly (readonly [Float64Array, Float64Array])[];
  /** [a] 7 */
  gradient: readonly [Float64Array, Float64Array];
}

const n = freedoms;

/** @returns null when the pair's own similarity is not determined */
export function termsOf(
  { edge, edgeFromWorld, spread }: FittedEdge,
  photos: readonly AlignedPhoto[],
): EdgeTerms | null {
  const own = new Float64Array(n * n);
  const ownGradient = new Float64Array(n);
  const sides = ends(edge).map(([idx, predicted]) => {
    const block = { hessian: new Float64Array(n * n), mixed: new Float64Array(n * n), gradient: new Float64Array(n) };
    const edgeFromCamera = compose(edgeFromWorld, photos[idx].worldFromCamera);
    addSide(block, own, ownGradient, photos[idx].samples, edgeFromCamera, predicted, spread);
    return block;
  });
  for (let k = 0; k < n; k++) own[k * n + k] *= 1 + 1e-9;
  if (!factorCholesky(own, n)) return null;
  // Column b of own⁻¹ · mixedᵀ, for both photos, and own⁻¹ · gradient.
  const solved = sides.map(({ mixed }) =>
    Array.from({ length: n }, (_, b) => {
      const column = mixed.slice(b * n, (b + 1) * n);
      solveCholesky(own, n, column);
      return column;
    }),
  );
  solveCholesky(own, n, ownGradient);
  const between = (a: number, b: number): Float64Array => {
    const out = a === b ? sides[a].hessian.slice() : new Float64Array(n * n);
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++)
        for (let k = 0; k < n; k++) out[r * n + c] -= sides[a].mixed[r * n + k] * solved[b][c][k];
    return out;
  };
  const gradient = (a: number): Float64Array =>
    sides[a].gradient.map((value, r) => {
      let sum = value;
      for (let k = 0; k < n; k++) sum -= sides[a].mixed[r * n + k] * ownGradient[k];
      return sum;
    });
  return {
    hessian: [
      [between(0, 0), between(0, 1)],
      [between(1, 0), between(1, 1)],
    ],
    gradient: [gradient(0), gradient(1)],
  };
}

/** Adds what the points of one photo say: derivatives by the photo's change (from the right) and by the pair's (from the left). */
function addSide(
  block: { hessian: Float64Array; mixed: Float64Array; gradient: Float64Array },
  own: Float64Array,
  ownGradient: Float64Array,
  samples: Samples,
  edgeFromCamera: Sim3,
  predicted: Samples,
  spread: number,
): void {
  const m = scaledMatrix(edgeFromCamera);
  const t = edgeFromCamera.translation;
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const byPhoto = new Float64Array(3 * n);
  const byEdge = new Float64Array(3 * n);
  const residual = [0, 0, 0];
  const y = [0, 0, 0];
  for (let i = 0; i < predicted.length; i += 4) {
    const weight = samples[i + 3] > 0 ? predicted[i + 3] : 0;
    if (weight === 0) continue;
    let squares = 0;
    for (let k = 0; k < 3; k++) {
      y[k] = m[3 * k] * samples[i] + m[3 * k + 1] * samples[i + 1] + m[3 * k + 2] * samples[i + 2] + t[k];
      residual[k] = y[k] - predicted[i + k];
      squares += residual[k] ** 2;
    }
    const w = weight / (spread ** 2 * Math.sqrt(squares / spread ** 2 + softness2));
    derivatives(byPhoto, m, samples[i], samples[i + 1], samples[i + 2]);
    derivatives(byEdge, identity, y[0], y[1], y[2]);
    for (let r = 0; r < 3; r++) {
      const row = r * n;
      for (let a = 0; a < n; a++) {
        const photoA = w * byPhoto[row + a];
        const edgeA = w * byEdge[row + a];
        block.gradient[a] += photoA * residual[r];
        ownGradient[a] += edgeA * residual[r];
        for (let b = 0; b < n; b++) {
          block.hessian[a * n + b] += photoA * byPhoto[row + b];
          block.mixed[a * n + b] += photoA * byEdge[row + b];
          own[a * n + b] += edgeA * byEdge[row + b];
        }
      }
    }
  }
}

/** 3 × 7: how m · exp(change) · p moves with the change. */
function derivatives(out: Float64Array, m: ArrayLike<number>, x: number, y: number, z: number): void {
  for (let r = 0; r < 3; r++) {
    const m0 = m[3 * r];
    const m1 = m[3 * r + 1];
    const m2 = m[3 * r + 2];
    const at = r * n;
    out[at] = m2 * y - m1 * z;
    out[at + 1] = m0 * z - m2 * x;
    out[at + 2] = m1 * x - m0 * y;
    out[at + 3] = m0;
    out[at + 4] = m1;
    out[at + 5] = m2;
    out[at + 6] = m0 * x + m1 * y + m2 * z;
  }
}
