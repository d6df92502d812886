// Which known photos a photo is looked at together with.

import { cosine } from '../pairwise/partners.ts';

/** Of the places of a window: this many neighbours on the way for each photo that looks alike. */
const neighboursPerLike = 1.5;

export interface Candidate {
  /** Place among the photos of the run. */
  idx: number;
  /** Unit length. */
  descriptor: Float32Array;
}

/**
 * Neighbours on the way first, the nearest one before all others (it is the reference of the window); then those that look most like the photo, for
 * photos in no order and for coming back to a place. What is alike but beside one that was chosen already says nothing new and comes last.
 * @param at place on the way: where the photo was met before, or behind all others
 */
export function chooseReferences(
  descriptor: Float32Array,
  at: number,
  candidates: readonly Candidate[],
  count: number,
): number[] {
  if (candidates.length <= count)
    return candidates.map(({ idx }) => idx).sort((a, b) => Math.abs(a - at) - Math.abs(b - at) || b - a);
  const near = candidates.toSorted((a, b) => Math.abs(a.idx - at) - Math.abs(b.idx - at) || b.idx - a.idx);
  const neighbours = Math.ceil((count * neighboursPerLike) / (1 + neighboursPerLike));
  const chosen = near.slice(0, neighbours).map(({ idx }) => idx);
  const alike = near
    .slice(neighbours)
    .map(({ idx, descriptor: other }) => ({ idx, likeness: cosine(descriptor, other) }))
    .sort((a, b) => b.likeness - a.likeness || a.idx - b.idx);
  while (chosen.length < count) {
    const apart = alike.find(({ idx }) => !chosen.includes(idx) && chosen.every((other) => Math.abs(other - idx) > 1));
    const next = apart ?? alike.find(({ idx }) => !chosen.includes(idx));
    if (!next) break;
    chosen.push(next.idx);
  }
  return chosen;
}
