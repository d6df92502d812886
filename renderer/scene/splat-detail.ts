// How many splats of each chunk are worth drawing for an eye: as many as fit a budget, each about as large on the screen as all others.
// A prefix of the order in `splat-order.ts`, each splat widened for those that are missing, is the same surface in less detail; and
// splats are never merged, so scores, masks, deletions and selections hold at every level.

import type { Matrix4, Vector3 } from 'three';
import type { GaussianColumns } from '../../projects/format/gaussian-chunk.ts';

/** Rows that speak for their chunk. */
const sampleRows = 48;
/** A splat outside the picture asks for this share of its size: turning the head shows something at once. */
const besideView = 0.3;
/** Centres this far beyond the edge, in half pictures, still count as seen: their discs reach in. */
const edge = 1.3;
/** Standard deviation in pixels below which more splats are no more to see. */
const finestPx = 0.35;

export interface DetailView {
  /** From the chunk's camera axes to clip space. */
  clipFromChunk: Matrix4;
  /** The eye in the chunk's camera axes; null in parallel projection, where distance changes no size. */
  eyeInChunk: Vector3 | null;
  /** Pixels of a length of 1 in the chunk's camera axes, at distance 1 (in parallel projection anywhere). */
  pixelsPerUnit: number;
}

/** Squares of the sizes in pixels of some splats of a chunk, as an eye sees them. */
export function sizesInView({ count, means, logScales }: GaussianColumns, view: DetailView): Float64Array {
  const squares = new Float64Array(Math.min(count, sampleRows));
  const m = view.clipFromChunk.elements;
  for (let i = 0; i < squares.length; i++) {
    const [x, y, z] = [means[3 * i], means[3 * i + 1], means[3 * i + 2]];
    const w = m[3] * x + m[7] * y + m[11] * z + m[15];
    const isSeen =
      w > 0 &&
      Math.abs(m[0] * x + m[4] * y + m[8] * z + m[12]) < edge * w &&
      Math.abs(m[1] * x + m[5] * y + m[9] * z + m[13]) < edge * w;
    const { eyeInChunk: eye } = view;
    const distance = eye === null ? 1 : Math.max(1e-6, Math.hypot(x - eye.x, y - eye.y, z - eye.z));
    const size = (Math.exp(logScales[3 * i + 1]) * view.pixelsPerUnit) / distance;
    squares[i] = (isSeen ? size : besideView * size) ** 2;
  }
  return squares;
}

/**
 * Shares of the chunks to draw: the finest size on the screen at which the budget is kept.
 * @param chunks their counts, and squares of sizes as `sizesInView` tells them
 * @param budget splats in all
 * @param thinsOut leaves out what is smaller than a pixel although the budget would allow it
 * @returns 0…1 for each chunk
 */
export function detailShares(
  chunks: readonly { count: number; squares: Float64Array }[],
  budget: number,
  thinsOut: boolean,
): number[] {
  const sharesAt = (sizePx: number): number[] => chunks.map(({ squares }) => meanShare(squares, sizePx ** 2));
  const sum = (shares: readonly number[]): number => shares.reduce((all, share, i) => all + share * chunks[i].count, 0);
  const finest = thinsOut ? sharesAt(finestPx) : chunks.map(() => 1);
  if (sum(finest) <= budget) return finest;
  let [low, high] = [thinsOut ? finestPx : 1e-3, 1e4];
  for (let step = 0; step < 24; step++) {
    const middle = Math.sqrt(low * high);
    if (sum(sharesAt(middle)) > budget) low = middle;
    else high = middle;
  }
  return sharesAt(high);
}

function meanShare(squares: Float64Array, square: number): number {
  let sum = 0;
  for (const each of squares) sum += Math.min(1, each / square);
  return squares.length > 0 ? sum / squares.length : 1;
}

/**
 * Steps of half an octave, so that a small turn of the eye changes nothing. Holds on to the step before while that is about right.
 * @returns a share not much above the wanted one
 */
export function steppedShare(wanted: number, before: number): number {
  if (wanted >= 1) return 1;
  if (before <= wanted * 1.05 && before >= wanted * 0.66) return before;
  return 2 ** (-Math.ceil(-2 * Math.log2(Math.max(wanted, 1e-6)) - 1e-9) / 2);
}
