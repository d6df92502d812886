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

  linksOf(imageIdx: number, featureIdx: number): readonly FeatureKey[] {
    return this.links[imageIdx][featureIdx] ?? noLinks;
  }

  pairsWith(imageIdx: number): readonly MatchedPair[] {
    return this.pairsOf[imageIdx];
  }
}

const noLinks: readonly FeatureKey[] = [];
