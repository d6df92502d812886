// Matches of a new photo with earlier ones: with all of them while they are few, with the likely ones beyond.

import type { Features } from '../features/features.ts';
import type { FrontEnd } from '../front-end/front-end.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { Retrieval } from '../matching/retrieval.ts';
import type { ScratchFile } from '../scratch-file.ts';
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

/** Descriptors of an image of the graph, wherever they are. */
export type DescriptorsOf = (imageIdx: number) => Promise<Uint8Array>;

export class NewPhotoMatcher {
  private readonly frontEnd: FrontEnd;
  private readonly descriptorsOf: DescriptorsOf;
  private readonly retrieval: Retrieval;

  /** @param scratch for what is wanted again with each photo; null: memory */
  constructor(frontEnd: FrontEnd, descriptorsOf: DescriptorsOf, scratch: ScratchFile | null = null) {
    this.frontEnd = frontEnd;
    this.descriptorsOf = descriptorsOf;
    this.retrieval = new Retrieval(descriptorsOf, scratch);
  }

  /**
   * Pairs enter the graph in their own order, whichever worker was first: a run can be repeated bit by bit.
   * @param more adds to the pair with the photo just before; may add features to the newer photo
   */
  async match(graph: MatchGraph, imageIdx: number, firstIdx: number, more?: MoreMatches): Promise<void> {
    const features = await this.featuresOf(graph, imageIdx);
    const others =
      imageIdx - firstIdx > allUpTo
        ? await this.likely(graph, features, imageIdx, firstIdx)
        : range(firstIdx, imageIdx);
    const options = { coarseFirst: others.length >= coarseFirstFrom };
    const found: (PairGeometry | null)[] = await Promise.all(
      others.map(async (other) => {
        const pair = await this.frontEnd.matchPair(await this.featuresOf(graph, other), features, options);
        return pair && more && other === imageIdx - 1 ? more(pair) : pair;
      }),
    );
    found.forEach((pair, k) => {
      if (pair) graph.addPair(others[k], imageIdx, pair);
    });
  }

  /** By likeness first, then by how much a coarse look finds in common. */
  private async likely(graph: MatchGraph, features: Features, imageIdx: number, firstIdx: number): Promise<number[]> {
    const similar = (await this.retrieval.similarTo(imageIdx, similarCount)).filter((other) => other >= firstIdx);
    const recent = range(Math.max(firstIdx, imageIdx - justBefore), imageIdx);
    const rest = similar.filter((other) => !recent.includes(other));
    const counts = await Promise.all(
      rest.map(async (other) => this.frontEnd.countCoarseMatches(await this.featuresOf(graph, other), features)),
    );
    const best = rest
      .map((other, k) => ({ other, count: counts[k] }))
      .sort((a, b) => b.count - a.count || a.other - b.other)
      .slice(0, matchedCount);
    return [...recent, ...best.map(({ other }) => other)].sort((a, b) => a - b);
  }

  private async featuresOf(graph: MatchGraph, imageIdx: number): Promise<Features> {
    return { ...graph.images[imageIdx], descriptors: await this.descriptorsOf(imageIdx) };
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
