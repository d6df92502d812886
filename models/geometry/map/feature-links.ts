// Links from every feature to the features of other images that show the same: read out of the pairs, not kept beside them.

import { RecentlyUsed } from '../recently-used.ts';
import { featureKey, type FeatureKey } from './feature-key.ts';

export interface LinkedPair {
  readonly aIdx: number;
  readonly bIdx: number;
  /** Pairs of feature indices. */
  readonly inliers: Uint16Array;
}

/** Where links are read out of. */
export interface LinkSource<P extends LinkedPair> {
  readonly images: readonly { count: number }[];
  pairsWith(imageIdx: number): readonly P[];
  /** Whether a pair no longer links this feature. */
  isCut(imageIdx: number, featureIdx: number, pair: P): boolean;
}

export interface ImageLinks {
  /** count + 1: the links of feature i are those from start[i] to start[i + 1]. */
  start: Uint32Array;
  /** Of each feature in the order of the pairs. */
  keys: Uint32Array;
}

/** Links that are held: of some sixty photos of a video, and of all photos of many sets. */
const mostBytes = 4 * 2 ** 20;
/** So often the pairs are looked through for one feature before it pays to read out the links of the whole image. */
const looksBefore = 16;

export class FeatureLinks<P extends LinkedPair> {
  readonly #graph: LinkSource<P>;
  readonly #held = new RecentlyUsed<number, ImageLinks>(mostBytes);
  readonly #looks = new Map<number, number>();

  constructor(graph: LinkSource<P>) {
    this.#graph = graph;
  }

  /** Its pairs or features have changed. */
  changed(imageIdx: number): void {
    this.#held.delete(imageIdx);
  }

  ofImage(imageIdx: number): ImageLinks {
    let links = this.#held.get(imageIdx);
    if (!links) {
      links = this.#readOut(imageIdx);
      this.#held.set(imageIdx, links, links.start.byteLength + links.keys.byteLength);
      this.#looks.delete(imageIdx);
    }
    return links;
  }

  ofFeature(imageIdx: number, featureIdx: number): Iterable<FeatureKey> {
    const held = this.#held.get(imageIdx);
    if (!held) {
      const looks = (this.#looks.get(imageIdx) ?? 0) + 1;
      this.#looks.set(imageIdx, looks);
      if (looks < looksBefore) return this.#lookedUp(imageIdx, featureIdx);
    }
    const { start, keys } = held ?? this.ofImage(imageIdx);
    return keys.subarray(start[featureIdx], start[featureIdx + 1]);
  }

  #lookedUp(imageIdx: number, featureIdx: number): FeatureKey[] {
    const found: FeatureKey[] = [];
    for (const pair of this.#graph.pairsWith(imageIdx)) {
      const own = pair.aIdx === imageIdx ? 0 : 1;
      const { inliers } = pair;
      for (let k = own; k < inliers.length; k += 2)
        if (inliers[k] === featureIdx && this.#counts(pair, inliers, k - own))
          found.push(featureKey(own === 0 ? pair.bIdx : pair.aIdx, inliers[k + 1 - 2 * own]));
    }
    return found;
  }

  #readOut(imageIdx: number): ImageLinks {
    const pairs = this.#graph.pairsWith(imageIdx);
    const { count } = this.#graph.images[imageIdx];
    const start = new Uint32Array(count + 1);
    for (const pair of pairs) {
      const own = pair.aIdx === imageIdx ? 0 : 1;
      const { inliers } = pair;
      for (let k = 0; k < inliers.length; k += 2) if (this.#counts(pair, inliers, k)) start[inliers[k + own] + 1]++;
    }
    for (let i = 0; i < count; i++) start[i + 1] += start[i];
    const keys = new Uint32Array(start[count]);
    const next = start.slice();
    for (const pair of pairs) {
      const own = pair.aIdx === imageIdx ? 0 : 1;
      const firstOfOther = featureKey(own === 0 ? pair.bIdx : pair.aIdx, 0);
      const { inliers } = pair;
      for (let k = 0; k < inliers.length; k += 2)
        if (this.#counts(pair, inliers, k)) keys[next[inliers[k + own]]++] = firstOfOther + inliers[k + 1 - own];
    }
    return { start, keys };
  }

  /** @param k where the match begins in the pair's list */
  #counts(pair: P, inliers: Uint16Array, k: number): boolean {
    return !this.#graph.isCut(pair.aIdx, inliers[k], pair) && !this.#graph.isCut(pair.bIdx, inliers[k + 1], pair);
  }
}
