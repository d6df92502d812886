// What photos have in common before anything is known of space: verified matches of every pair, and links from feature to feature.

import type { Features } from '../features/features.ts';
import type { PairGeometry } from '../two-view/verify-pair.ts';

/** A feature of an image as one number. */
export type FeatureKey = number;
const featuresPerImage = 65536;
export const featureKey = (imageIdx: number, featureIdx: number): FeatureKey =>
  imageIdx * featuresPerImage + featureIdx;
export const imageOfKey = (key: FeatureKey): number => Math.floor(key / featuresPerImage);
export const featureOfKey = (key: FeatureKey): number => key % featuresPerImage;

export interface MatchedPair extends PairGeometry {
  aIdx: number;
  bIdx: number;
}

export class MatchGraph {
  readonly images: Features[] = [];
  readonly pairs: MatchedPair[] = [];
  /** Images with features of simulated views, and the number of features that they had before. */
  readonly widened = new Map<number, number>();
  /** Per image, per feature: the features of other images that show the same. */
  private readonly links: (FeatureKey[] | undefined)[][] = [];
  private readonly pairsOf: MatchedPair[][] = [];

  addImage(features: Features): number {
    this.images.push(features);
    this.links.push(Array.from({ length: features.count }));
    this.pairsOf.push([]);
    return this.images.length - 1;
  }

  /** The image has further features, behind those it had. */
  growImage(imageIdx: number, features: Features): void {
    this.images[imageIdx] = features;
    this.links[imageIdx].length = features.count;
  }

  addPair(aIdx: number, bIdx: number, geometry: PairGeometry): void {
    const pair = { ...geometry, aIdx, bIdx };
    this.pairs.push(pair);
    this.pairsOf[aIdx].push(pair);
    this.pairsOf[bIdx].push(pair);
    for (let k = 0; k < pair.inliers.length; k += 2) {
      const a = pair.inliers[k];
      const b = pair.inliers[k + 1];
      (this.links[aIdx][a] ??= []).push(featureKey(bIdx, b));
      (this.links[bIdx][b] ??= []).push(featureKey(aIdx, a));
    }
  }

  pairBetween(aIdx: number, bIdx: number): MatchedPair | undefined {
    return this.pairsOf[aIdx].find((pair) => pair.aIdx === bIdx || pair.bIdx === bIdx);
  }

  /** Puts a pair in the place of what is known of these two images. */
  setPair(aIdx: number, bIdx: number, geometry: PairGeometry): void {
    const old = this.pairBetween(aIdx, bIdx);
    if (old) {
      for (const pairs of [this.pairs, this.pairsOf[aIdx], this.pairsOf[bIdx]]) pairs.splice(pairs.indexOf(old), 1);
      for (let k = 0; k < old.inliers.length; k += 2) {
        this.unlink(old.aIdx, old.inliers[k], old.bIdx);
        this.unlink(old.bIdx, old.inliers[k + 1], old.aIdx);
      }
    }
    this.addPair(aIdx, bIdx, geometry);
  }

  /** A feature that shows nothing of the scene is linked to no other one. */
  cut(imageIdx: number, featureIdx: number): void {
    const own = featureKey(imageIdx, featureIdx);
    for (const key of this.linksOf(imageIdx, featureIdx)) {
      const others = this.links[imageOfKey(key)];
      others[featureOfKey(key)] = others[featureOfKey(key)]?.filter((other) => other !== own);
    }
    this.links[imageIdx][featureIdx] = [];
  }

  private unlink(imageIdx: number, featureIdx: number, otherIdx: number): void {
    const links = this.links[imageIdx][featureIdx] ?? [];
    this.links[imageIdx][featureIdx] = links.filter((key) => imageOfKey(key) !== otherIdx);
  }

  linksOf(imageIdx: number, featureIdx: number): readonly FeatureKey[] {
    return this.links[imageIdx][featureIdx] ?? noLinks;
  }

  pairsWith(imageIdx: number): readonly MatchedPair[] {
    return this.pairsOf[imageIdx];
  }
}

const noLinks: readonly FeatureKey[] = [];
