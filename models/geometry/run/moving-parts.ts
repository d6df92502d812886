// What moves in a video or a walk: found when the cameras have settled, kept out of their adjustment, and marked in the points of each photo.

import type { FrontEnd } from '../front-end/front-end.ts';
import { movingMask, type MovingMask } from '../moving/moving-mask.ts';
import { movingMatches } from '../moving/moving-matches.ts';
import { featureOfKey, imageOfKey } from '../map/feature-key.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import type { SceneMap } from '../map/scene-map.ts';
import type { Matches } from '../matching/match-descriptors.ts';
import type { DescriptorsOf } from './match-new.ts';

/** Fewer moving features in a photo than this, or a smaller share of the points, are wrong matches that happened to go the same way (seen on scenes at rest). */
const leastFeatures = 10;
const leastPointShare = 0.005;
/** Photos whose matches went further on the whole, as a share of the longer side, are no steps of a video: too much changes in between. */
const mostStep = 0.1;

export class MovingParts {
  readonly #frontEnd: FrontEnd;
  readonly #descriptorsOf: DescriptorsOf;
  /** Matches of a photo with the next one, by its index. */
  readonly #steps = new Map<number, Promise<Matches | null>>();

  constructor(frontEnd: FrontEnd, descriptorsOf: DescriptorsOf) {
    this.#frontEnd = frontEnd;
    this.#descriptorsOf = descriptorsOf;
  }

  /** null: nothing moves in this photo, or nobody can tell. */
  async maskOf(map: SceneMap, imageIdx: number): Promise<MovingMask | null> {
    const moving = new Set<number>();
    const [before, after] = await Promise.all([imageIdx - 1, imageIdx].map((from) => this.#step(map, from)));
    if (before) movingMatches(map, imageIdx - 1, imageIdx, before).forEach((idx, k) => k % 2 === 1 && moving.add(idx));
    if (after) movingMatches(map, imageIdx, imageIdx + 1, after).forEach((idx, k) => k % 2 === 0 && moving.add(idx));
    if (moving.size < leastFeatures) return null;
    const features = map.graph.images[imageIdx];
    const resting: number[] = [];
    for (let idx = 0; idx < features.count; idx++) if (map.pointAt(imageIdx, idx) >= 0) resting.push(idx);
    return movingMask(features, moving, resting);
  }

  /** Takes points out of the map that most of their photos show as moving, and what shows them out of the graph. @returns how many */
  async dropMoving(map: SceneMap): Promise<number> {
    const moving = new Map<number, Set<number>>();
    const note = (imageIdx: number, idx: number): void => {
      const known = moving.get(imageIdx);
      if (known) known.add(idx);
      else moving.set(imageIdx, new Set([idx]));
    };
    // All at once, so that workers share them.
    const images = [...map.poses.keys()];
    const steps = await Promise.all(images.map((imageIdx) => this.#step(map, imageIdx)));
    images.forEach((imageIdx, k) => {
      const step = steps[k];
      if (step) movingMatches(map, imageIdx, imageIdx + 1, step).forEach((idx, at) => note(imageIdx + (at % 2), idx));
    });
    const gone = [...map.points].filter(([, { track }]) => {
      const seenMoving = track.filter((key) => moving.get(imageOfKey(key))?.has(featureOfKey(key))).length;
      return 2 * seenMoving > track.length;
    });
    if (gone.length < leastPointShare * map.points.size) return 0;
    for (const [id, { track }] of gone) {
      map.dropPoint(id);
      for (const key of track) map.graph.cut(imageOfKey(key), featureOfKey(key));
    }
    return gone.length;
  }

  /** Matches of a photo with the next one, also those that agree with no camera; null when they are no steps of a video. */
  #step(map: SceneMap, imageIdx: number): Promise<Matches | null> {
    const { graph } = map;
    const pair = map.poses.has(imageIdx) && map.poses.has(imageIdx + 1) && graph.pairBetween(imageIdx, imageIdx + 1);
    if (!pair) return Promise.resolve(null);
    const [a, b] = [graph.images[imageIdx], graph.images[imageIdx + 1]];
    const ways: number[] = [];
    const { inliers } = pair;
    for (let k = 0; k < inliers.length; k += 2)
      ways.push(Math.hypot(b.xPx[inliers[k + 1]] - a.xPx[inliers[k]], b.yPx[inliers[k + 1]] - a.yPx[inliers[k]]));
    ways.sort((p, q) => p - q);
    if (ways[ways.length >> 1] > mostStep * Math.max(a.widthPx, a.heightPx)) return Promise.resolve(null);
    let step = this.#steps.get(imageIdx);
    if (!step) {
      step = this.#matches(graph, imageIdx);
      this.#steps.set(imageIdx, step);
    }
    return step;
  }

  async #matches({ images }: MatchGraph, imageIdx: number): Promise<Matches> {
    const [first, second] = await Promise.all([imageIdx, imageIdx + 1].map(this.#descriptorsOf));
    return this.#frontEnd.matches(
      { ...images[imageIdx], descriptors: first },
      { ...images[imageIdx + 1], descriptors: second },
    );
  }
}
