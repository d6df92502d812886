// A second, costlier look at the few photos of a small set that found no place: matches through simulated views from the side.

import { noneIfUnreadable, type PhotoSource } from '../../run/reconstructor.ts';
import type { Keypoints } from '../features/features.ts';
import type { WideFeatures } from '../features/wide-features.ts';
import type { FrontEnd } from '../front-end/front-end.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import type { Growth } from './growth.ts';
import type { DescriptorsOf } from './match-new.ts';

/** Beyond so many photos there are enough that lie close together. */
const mostPhotos = 30;
/** A pair with so many matches needs no others. */
const plenty = 100;
/** Matches of the second look replace those of the first only when there are clearly more. */
const clearlyMore = 1.5;

export class WideLook {
  private readonly frontEnd: FrontEnd;
  private readonly descriptorsOf: DescriptorsOf;
  private readonly known = new Map<string, Promise<WideFeatures | null>>();

  constructor(frontEnd: FrontEnd, descriptorsOf: DescriptorsOf) {
    this.frontEnd = frontEnd;
    this.descriptorsOf = descriptorsOf;
  }

  /** Whether somebody waits, and the set is small. */
  isWorthIt({ waiting, graph }: Growth): boolean {
    const { length } = graph.images;
    return waiting.size > 0 && length > 1 && length <= mostPhotos;
  }

  /** Matches one photo with all before it, where one of the two waits. */
  async look(growth: Growth, photos: readonly PhotoSource[], imageIdx: number): Promise<void> {
    const { graph } = growth;
    const wanting = photos.flatMap((_, other) =>
      other !== imageIdx && wantsMatches(growth, other, imageIdx) ? [other] : [],
    );
    if (wanting.length === 0) return;
    const wide = await this.of(graph, photos, imageIdx);
    if (!wide) return;
    if (!graph.widened.has(imageIdx)) {
      graph.widened.set(imageIdx, graph.images[imageIdx].count);
      graph.growImage(imageIdx, wide.features);
    }
    const others = wanting.filter((other) => other < imageIdx);
    const found = await Promise.all(
      others.map(async (other) => {
        const theirs = await this.of(graph, photos, other);
        return theirs && this.frontEnd.matchWide(theirs, wide);
      }),
    );
    found.forEach((pair, k) => {
      const before = matchesBetween(growth, others[k], imageIdx);
      if (pair && pair.inliers.length / 2 > clearlyMore * before) graph.setPair(others[k], imageIdx, pair);
    });
  }

  /** Nothing is held when all photos have been looked at. */
  end(): void {
    this.known.clear();
  }

  private of(graph: MatchGraph, photos: readonly PhotoSource[], imageIdx: number): Promise<WideFeatures | null> {
    const photo = photos[imageIdx];
    let wide = this.known.get(photo.id);
    if (!wide) {
      wide = this.detect(photo, keypointsBefore(graph, imageIdx), imageIdx);
      this.known.set(photo.id, wide);
    }
    return wide;
  }

  private async detect(photo: PhotoSource, keypoints: Keypoints, imageIdx: number): Promise<WideFeatures | null> {
    const own = { ...keypoints, descriptors: await this.descriptorsOf(imageIdx) };
    const image = await photo
      .read({ widthPx: own.widthPx, heightPx: own.heightPx, fit: 'fill' })
      .catch(noneIfUnreadable);
    return image && this.frontEnd.detectWide(image, own);
  }
}

/** An image as it was before features of simulated views were added: those are then found again in the same places. */
function keypointsBefore(graph: MatchGraph, imageIdx: number): Keypoints {
  const features = graph.images[imageIdx];
  const count = graph.widened.get(imageIdx) ?? features.count;
  return {
    ...features,
    ...{ count, xPx: features.xPx.slice(0, count), yPx: features.yPx.slice(0, count) },
    scalePx: features.scalePx.slice(0, count),
    colors: features.colors.slice(0, 3 * count),
  };
}

const wantsMatches = (growth: Growth, aIdx: number, bIdx: number): boolean =>
  (growth.waiting.has(aIdx) || growth.waiting.has(bIdx)) && matchesBetween(growth, aIdx, bIdx) < plenty;

const matchesBetween = ({ graph }: Growth, aIdx: number, bIdx: number): number =>
  graph.pairBetween(aIdx, bIdx)?.matchCount ?? 0;
