// Verified matches of two photos as the match graph keeps them: packed, because a run has dozens of pairs for each of its photos.

import type { PairGeometry } from '../two-view/verify-pair.ts';
import type { PackedList, PackedLists } from './packed-lists.ts';

/** The fundamental matrix lies before the matches: nine numbers of eight bytes. */
const matrixLength = 36;

/** What is known of two photos, its matches in any array. */
export type MatchesOfPair = Omit<PairGeometry, 'inliers'> & { readonly inliers: ArrayLike<number> };

export class MatchedPair {
  readonly aIdx: number;
  readonly bIdx: number;
  readonly planarShare: number;
  /** Pairs are numbered as they come. */
  readonly serial: number;
  readonly #lists: PackedLists;
  readonly #list: PackedList;

  constructor(
    serial: number,
    [aIdx, bIdx]: readonly [number, number],
    { inliers, fundamental, planarShare }: MatchesOfPair,
    lists: PackedLists,
  ) {
    this.serial = serial;
    this.aIdx = aIdx;
    this.bIdx = bIdx;
    this.planarShare = planarShare;
    this.#lists = lists;
    const numbers = new Uint16Array(matrixLength + inliers.length);
    numbers.set(new Uint16Array(Float64Array.from(fundamental).buffer));
    numbers.set(inliers, matrixLength);
    this.#list = lists.add(numbers);
  }

  get matchCount(): number {
    return (this.#list.length - matrixLength) / 2;
  }

  /** Matches that agree, as pairs of feature indices. It is found anew each time. */
  get inliers(): Uint16Array {
    return this.#lists.get(this.#list).subarray(matrixLength);
  }

  /** As in `PairGeometry`. */
  get fundamental(): Float64Array {
    return new Float64Array(this.#lists.get(this.#list).slice(0, matrixLength).buffer);
  }
}
