// The order in which splats of a chunk are drawn when only some of them are: each prefix is spread evenly over the photo they come
// from. Shuffled rows alone leave holes and heaps, which show as speckle where splats are large on the screen.

import type { GaussianColumns } from '../../projects/format/gaussian-chunk.ts';

/** Cells of the photo's grid across, a power of two. */
const cells = 256;

/**
 * Rows along a Z curve over the photo, taken in bit-reversed (van der Corput) order: the first half is every second of them, the first
 * quarter every fourth.
 * @returns the row that stands at each place of the order
 */
export function spreadOrder({ count, means }: GaussianColumns): Uint32Array {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < count; i++) {
    const [u, v] = [means[3 * i] / means[3 * i + 2], means[3 * i + 1] / means[3 * i + 2]];
    [left, right] = [Math.min(left, u), Math.max(right, u)];
    [top, bottom] = [Math.min(top, v), Math.max(bottom, v)];
  }
  const scale = (cells - 1) / Math.max(right - left, bottom - top, 1e-9);
  // Counted first, then filled in: rows of one cell keep their shuffled order.
  const cellOf = new Uint16Array(count);
  const ends = new Uint32Array(cells * cells + 1);
  for (let i = 0; i < count; i++) {
    const column = Math.floor((means[3 * i] / means[3 * i + 2] - left) * scale);
    const row = Math.floor((means[3 * i + 1] / means[3 * i + 2] - top) * scale);
    cellOf[i] = apart(column) | (apart(row) << 1);
    ends[cellOf[i] + 1]++;
  }
  for (let cell = 0; cell < cells * cells; cell++) ends[cell + 1] += ends[cell];
  const curve = new Uint32Array(count);
  for (let i = 0; i < count; i++) curve[ends[cellOf[i]]++] = i;
  const order = new Uint32Array(count);
  const bits = Math.ceil(Math.log2(Math.max(2, count)));
  let at = 0;
  for (let i = 0; i < 2 ** bits; i++) {
    const place = reversed(i) >>> (32 - bits);
    if (place < count) order[at++] = curve[place];
  }
  return order;
}

/** Bits of a number below 256 with a gap behind each. */
function apart(value: number): number {
  let bits = value;
  bits = (bits | (bits << 4)) & 0x0f0f;
  bits = (bits | (bits << 2)) & 0x3333;
  return (bits | (bits << 1)) & 0x5555;
}

function reversed(value: number): number {
  let bits = ((value >>> 1) & 0x55555555) | ((value & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return ((bits >>> 16) | (bits << 16)) >>> 0;
}
