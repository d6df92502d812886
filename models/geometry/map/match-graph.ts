// What photos have in common before anything is known of space: verified matches of every pair, and links from feature to feature.

import type { Keypoints } from '../features/features.ts';
import type { ScratchFile } from '../scratch-file.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';
import { FeatureLinks, type ImageLinks, type LinkSource } from './feature-links.ts';
import { featureKey, type FeatureKey } from './feature-key.ts';
import { MatchedPair, type MatchesOfPair } from './matched-pair.ts';
import { PackedLists } from './packed-lists.ts';

export class MatchGraph implements LinkSource<MatchedPair> {
  /** Without descriptors, which are many times as large: these are wanted only when a new photo is matched. */
  readonly images: Keypoints[] = [];
  readonly pairs: MatchedPair[] = [];
  /** Images with features of simulated views, and the number of features that they had before. */
  readonly widened = new Map<number, number>();
  private readonly pairsOf: MatchedPair[][] = [];
  /** Features that show nothing of the scene, with the number of the first pair that came later. */
  private readonly cutAt = new Map<FeatureKey, number>();
  private readonly links = new FeatureLinks<MatchedPair>(this);
  private readonly lists: PackedLists;
  private nextSerial = 0;

  /** @param scratch where matches lie that were not read for long; null: all stay in memory */
  constructor(scratch: ScratchFile | null = null) {
    this.lists = new PackedLists(scratch);
  }

  addImage({ widthPx, heightPx, count, described, xPx, yPx, scalePx, colors }: Keypoints): number {
    this.images.push({ widthPx, heightPx, count, described, xPx, yPx, scalePx, colors });
    this.pairsOf.push([]);
    return this.images.length - 1;
  }

  /** The image has further features, behind those it had. */
  growImage(imageIdx: number, { count, xPx, yPx, scalePx, colors }: Keypoints): void {
    this.images[imageIdx] = { ...this.images[imageIdx], count, xPx, yPx, scalePx, colors };
    this.links.changed(imageIdx);
  }

  addPair(aIdx: number, bIdx: number, geometry: MatchesOfPair): void {
    const pair = new MatchedPair(this.nextSerial++, [aIdx, bIdx], geometry, this.lists);
    this.pairs.push(pair);
    for (const image of [aIdx, bIdx]) {
      this.pairsOf[image].push(pair);
      this.links.changed(image);
    }
  }

  pairBetween(aIdx: number, bIdx: number): MatchedPair | undefined {
    return this.pairsOf[aIdx].find((pair) => pair.aIdx === bIdx || pair.bIdx === bIdx);
  }

  /** Puts a pair in the place of what is known of these two images. */
  setPair(aIdx: number, bIdx: number, geometry: PairGeometry): void {
    const old = this.pairBetween(aIdx, bIdx);
    if (old)
      for (const pairs of [this.pairs, this.pairsOf[aIdx], this.pairsOf[bIdx]]) pairs.splice(pairs.indexOf(old), 1);
    this.addPair(aIdx, bIdx, geometry);
  }

  /** A feature that shows nothing of the scene is linked to no other one by the pairs known so far. */
  cut(imageIdx: number, featureIdx: number): void {
    this.cutAt.set(featureKey(imageIdx, featureIdx), this.nextSerial);
    for (const { aIdx, bIdx } of this.pairsOf[imageIdx]) {
      this.links.changed(aIdx);
      this.links.changed(bIdx);
    }
  }

  isCut(imageIdx: number, featureIdx: number, { serial }: MatchedPair): boolean {
    return this.cutAt.size > 0 && serial < (this.cutAt.get(featureKey(imageIdx, featureIdx)) ?? 0);
  }

  /** Features of other images that show the same as those of this one. */
  linksOfImage(imageIdx: number): ImageLinks {
    return this.links.ofImage(imageIdx);
  }

  linksOf(imageIdx: number, featureIdx: number): Iterable<FeatureKey> {
    return this.links.ofFeature(imageIdx, featureIdx);
  }

  pairsWith(imageIdx: number): readonly MatchedPair[] {
    return this.pairsOf[imageIdx];
  }
}
