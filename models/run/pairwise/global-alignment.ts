// Poses and scales of all photos so that the pairs agree as well as they can (global alignment, model-facts 4.4).
//
// DUSt3R descends by Adam; here it is Levenberg–Marquardt on reweighted distances with the pairs' similarities eliminated: a few rounds instead
// of hundreds, and a round is kept only when it makes the sum of distances smaller. A photo's depth changes by one factor, the scale of its pose.

import {
  add,
  multiplyQuaternions,
  normalizedQuaternion,
  rotate,
  scaled,
  type Sim3,
  type Vec3,
} from '../../../projects/format/sim3.ts';
import { factorCholesky, solveCholesky } from '../../geometry/linear-algebra/cholesky.ts';
import { fitEdge, freedoms, termsOf, type AlignedPhoto, type FittedEdge, type PairEdge } from './alignment-terms.ts';

/** More photos than this do not move at once: the matrix of all would be too large. The newest do. */
const mostFree = 300;
const firstDamping = 1e-4;
const leastDamping = 1e-9;
const mostDamping = 1e6;

export interface AlignmentResult {
  photos: AlignedPhoto[];
  /** Mean weighted distance of the pairs' points, relative to the pairs' size. */
  before: number;
  after: number;
  damping: number;
}

/**
 * @param fixed indices of photos that stay: at least one of each connected part
 * @param damping of the last call, null at first
 */
export function alignPhotos(
  photos: readonly AlignedPhoto[],
  edges: readonly PairEdge[],
  fixed: ReadonlySet<number>,
  rounds: number,
  damping: number | null,
): AlignmentResult {
  const weight = edges.reduce((sum, { first, second }) => sum + weightOf(first) + weightOf(second), 0) || 1;
  const movable = photos.map((_, idx) => idx).filter((idx) => !fixed.has(idx));
  const place = new Map(movable.slice(-mostFree).map((idx, k) => [idx, k]));
  let current = [...photos];
  let fitted = fitAll(edges, current);
  const before = fitted.loss / weight;
  let lambda = damping ?? firstDamping;
  for (let round = 0; round < rounds && place.size > 0 && lambda < mostDamping; round++) {
    const change = solveFor(fitted.edges, current, place, lambda);
    const candidate = change
      ? current.map((photo, idx) => {
          const k = place.get(idx);
          if (k === undefined) return photo;
          const part = change.subarray(freedoms * k, freedoms * (k + 1));
          return { ...photo, worldFromCamera: moved(photo.worldFromCamera, part) };
        })
      : null;
    const next = candidate && fitAll(edges, candidate);
    if (candidate && next && next.edges.length >= fitted.edges.length && next.loss < fitted.loss) {
      [current, fitted] = [candidate, next];
      lambda = Math.max(leastDamping, lambda / 5);
    } else lambda *= 10;
  }
  return { photos: current, before, after: fitted.loss / weight, damping: lambda };
}

function weightOf(samples: Float32Array): number {
  let sum = 0;
  for (let i = 3; i < samples.length; i += 4) sum += samples[i];
  return sum;
}

function fitAll(edges: readonly PairEdge[], photos: readonly AlignedPhoto[]): { edges: FittedEdge[]; loss: number } {
  const found = edges.map((edge) => fitEdge(edge, photos)).filter((edge) => edge !== null);
  return { edges: found, loss: found.reduce((sum, { loss }) => sum + loss, 0) };
}

/** The damped step for all free photos, or null when the equations have no solution. */
function solveFor(
  edges: readonly FittedEdge[],
  photos: readonly AlignedPhoto[],
  place: ReadonlyMap<number, number>,
  damping: number,
): Float64Array | null {
  const count = freedoms * place.size;
  const matrix = new Float64Array(count * count);
  const change = new Float64Array(count);
  const first = Int32Array.from({ length: count }, (_, row) => row - (row % freedoms));
  for (const fitted of edges) {
    const terms = termsOf(fitted, photos);
    if (!terms) continue;
    const places = [place.get(fitted.edge.firstIdx), place.get(fitted.edge.secondIdx)];
    places.forEach((a, sideA) => {
      if (a === undefined) return;
      terms.gradient[sideA].forEach((value, k) => (change[freedoms * a + k] -= value));
      places.forEach((b, sideB) => {
        if (b === undefined || b > a) return;
        for (let r = 0; r < freedoms; r++) {
          const row = freedoms * a + r;
          first[row] = Math.min(first[row], freedoms * b);
          for (let c = 0; c < freedoms; c++)
            matrix[row * count + freedoms * b + c] += terms.hessian[sideA][sideB][r * freedoms + c];
        }
      });
    });
  }
  for (let row = 0; row < count; row++) {
    const diagonal = matrix[row * count + row];
    // A photo that no pair holds any more stays where it is.
    matrix[row * count + row] = diagonal > 0 ? diagonal * (1 + damping) : 1;
  }
  const envelope = { first, rowAt: Int32Array.from({ length: count }, (_, row) => row * count) };
  if (!factorCholesky(matrix, count, envelope)) return null;
  solveCholesky(matrix, count, change, envelope);
  return change.every(Number.isFinite) ? change : null;
}

/** pose ∘ exp(change): rotation vector, translation, logarithm of scale. */
function moved(pose: Sim3, change: Float64Array): Sim3 {
  const turn: Vec3 = [change[0], change[1], change[2]];
  const angle = Math.hypot(...turn);
  const half = angle > 1e-12 ? Math.sin(angle / 2) / angle : 0.5;
  const shift = scaled(rotate(pose.rotation, [change[3], change[4], change[5]]), pose.scale);
  return {
    rotation: normalizedQuaternion(
      multiplyQuaternions(pose.rotation, [turn[0] * half, turn[1] * half, turn[2] * half, Math.cos(angle / 2)]),
    ),
    translation: add(pose.translation, shift),
    scale: pose.scale * Math.exp(change[6]),
  };
}
