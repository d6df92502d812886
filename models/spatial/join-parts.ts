// Pieces of one thing that photos show apart, as the top of a table and its foot, become one thing again.

import { dot, rotate, subtract, type Vec3 } from '../../projects/format/sim3.ts';
import { thingOf, type Thing } from './thing.ts';

/** Room around a footprint, as a share of it. */
const room = 0.1;

/**
 * A piece belongs to a larger one when its middle, seen from above, lies in the larger one's box (a tenth wider), and the gap between
 * their heights is at most half of the higher one's. Joined in the order they come, which should be the largest first.
 * @returns things numbered by `labelOf(place)`, which gets the place from zero and how many there are
 */
export function joinParts(
  pieces: readonly Thing[],
  positions: ArrayLike<number>,
  up: Vec3,
  labelOf: (idx: number, count: number) => string,
): Thing[] {
  const groups: { whole: Thing; members: ArrayLike<number>[] }[] = [];
  for (const piece of pieces) {
    const home = groups.find(({ whole }) => isPartOf(piece, whole, up));
    if (home) home.members.push(piece.members);
    else groups.push({ whole: piece, members: [piece.members] });
  }
  return groups.map(({ whole, members }, idx) => {
    const label = labelOf(idx, groups.length);
    if (members.length === 1) return { ...whole, label };
    return thingOf(label, positions, Uint32Array.from(members.flatMap((own) => Array.from(own))), up);
  });
}

function isPartOf(part: Thing, whole: Thing, up: Vec3): boolean {
  const { center, rotation, halfSize } = whole.box;
  const offset = subtract(part.box.center, center);
  const isOver = [0, 1].every((k) => {
    const axis = rotate(rotation, [+(k === 0), +(k === 1), 0]);
    return Math.abs(dot(offset, axis)) <= (1 + room) * halfSize[k];
  });
  const [own, other] = [part.box.halfSize[2], halfSize[2]];
  const gap = Math.abs(dot(offset, up)) - own - other;
  return isOver && gap <= Math.max(own, other);
}
