// Matches of a new photo with earlier ones: with all of them while they are few, with the likely ones beyond.

import type { FrontEnd } from '../front-end/front-end.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { Retrieval } from '../matching/retrieval.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';

/** Up to so many earlier photos, all are looked at. */
const allUpTo = 40;
/** From this many photos on, pairs with nothing in common at a coarse look are left out. */
const coarseFirstFrom = 20;
/** Photos just before this one: those of a walk or a video always count as likely. */
const justBefore = 8;
const similarCount = 40;
const matchedCount = 20;

export type MoreMatches = (pair: PairGeometry) => Promise<PairGeometry>;

export class NewPhotoMatcher {
  private readonly frontEnd: FrontEnd;
  private readonly retrieval = new Retrieval();

  constructor(frontEnd: FrontEnd) {
    this.frontEnd = frontEnd;
  }

  /**
   * Pairs enter the graph in their own order, whichever worker was first: a run can be repeated bit by bit.
   * @param more adds to the pair with the photo just before; may add features to the newer photo
   */
  async match(graph: MatchGraph, imageIdx: number, firstIdx: number, more?: MoreMatches): Promise<void> {
    const { images } = graph;
    const features = images[imageIdx];
    const others =
      imageIdx - firstIdx > allUpTo ? await this.likely(graph, imageIdx, firstIdx) : range(firstIdx, imageIdx);
    const options = { coarseFirst: others.length >= coarseFirstFrom };
    const found: (PairGeometry | null)[] = await Promise.all(
      others.map(async (other) => {
        const pair = await this.frontEnd.matchPair(images[other], features, options);
        return pair && more && other === imageIdx - 1 ? more(pair) : pair;
      }),
    );
    found.forEach((pair, k) => {
      if (pair) graph.addPair(others[k], imageIdx, pair);
    });
  }

  /** By likeness first, then by how much a coarse look finds in common. */
  private async likely(graph: MatchGraph, imageIdx: number, firstIdx: number): Promise<number[]> {
    const { images } = graph;
    const similar = this.retrieval.similarTo(imageIdx, images, similarCount).filter((other) => other >= firstIdx);
    const recent = range(Math.max(firstIdx, imageIdx - justBefore), imageIdx);
    const rest = similar.filter((other) => !recent.includes(other));
    const counts = await Promise.all(
      rest.map((other) => this.frontEnd.countCoarseMatches(images[other], images[imageIdx])),
    );
    const best = rest
      .map((other, k) => ({ other, count: counts[k] }))
      .sort((a, b) => b.count - a.count || a.other - b.other)
      .slice(0, matchedCount);
    return [...recent, ...best.map(({ other }) => other)].sort((a, b) => a - b);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
