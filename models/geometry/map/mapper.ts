// Grows a map photo by photo: begin with a pair, place what can be placed, make points, adjust, throw out, try again.

import { adjustMap } from './adjust-map.ts';
import { startingPairs, startMap } from './initialise.ts';
import type { MatchedPair } from './matched-pair.ts';
import { registerImage, visiblePoints } from './register.ts';
import type { SceneMap } from './scene-map.ts';
import { completeAndMerge, filterPoints, triangulateImage } from './structure.ts';

/** A photo with fewer points than this hangs in the air and is taken out again. */
const leastPointsPerPhoto = 10;
/** All of the map is adjusted again when it has grown by this factor. */
const growthBetweenGlobal = 1.15;
const localNeighbours = 5;
const leastPointsToStart = 20;

/** What a mapper knows beside its map, as it is saved. */
export interface MapperProgress {
  photosAtGlobal: number;
  pointsAtGlobal: number;
  /** Photo and the number of points it could see when it was refused. */
  refused: [number, number][];
  /** Photos that their matches contradicted although they had a second look. */
  doubted: number[];
  /** Median angle of the pair it began with, in radians. */
  startAngle: number;
  /** Shown until a map with a better start is there. States of the first versions do not tell. */
  isTentative?: boolean;
}

const nothingYet: MapperProgress = { photosAtGlobal: 0, pointsAtGlobal: 0, refused: [], doubted: [], startAngle: 0 };

export class Mapper {
  readonly map: SceneMap;
  startAngle: number;
  isTentative: boolean;
  doubted: Set<number>;
  private photosAtGlobal: number;
  private pointsAtGlobal: number;
  /** Photos that were tried in vain, with the number of points they could see then. */
  private readonly refused: Map<number, number>;

  constructor(map: SceneMap, progress: MapperProgress = nothingYet) {
    this.map = map;
    this.photosAtGlobal = progress.photosAtGlobal;
    this.pointsAtGlobal = progress.pointsAtGlobal;
    this.refused = new Map(progress.refused);
    this.doubted = new Set(progress.doubted);
    this.startAngle = progress.startAngle;
    this.isTentative = progress.isTentative ?? false;
  }

  copy(): Mapper {
    return new Mapper(this.map.copy(), this.progress());
  }

  progress(): MapperProgress {
    const { photosAtGlobal, pointsAtGlobal, refused, doubted, startAngle, isTentative } = this;
    return { photosAtGlobal, pointsAtGlobal, refused: [...refused], doubted: [...doubted], startAngle, isTentative };
  }

  /**
   * Begins with the best of the given pairs.
   * @param except pairs that are no start, although they say something of the lenses; the one that is taken is added
   * @returns false when none is good enough
   */
  start(pairs: readonly MatchedPair[], leastMedianAngle: number, except = new Set<MatchedPair>()): boolean {
    const { map } = this;
    for (const start of startingPairs(map, pairs)) {
      if (start.medianAngle < leastMedianAngle || except.has(start.pair)) continue;
      except.add(start.pair);
      const lenses = map.cameras.map((camera) => camera.focalPx);
      startMap(map, start);
      this.startAngle = start.medianAngle;
      this.adjustAll(15);
      if (map.poses.size === 2 && map.points.size >= leastPointsToStart) return true;
      for (const image of map.poses.keys()) map.remove(image);
      map.cameras.forEach((camera, i) => Object.assign(camera, { focalPx: lenses[i], k1: 0, k2: 0 }));
    }
    return false;
  }

  /** Tries to place one photo; its surroundings are adjusted when that succeeds. */
  add(imageIdx: number): boolean {
    const { map } = this;
    const visible = visiblePoints(map, imageIdx).length;
    // Only a map that has grown is worth a second look.
    if (visible < 1.1 * (this.refused.get(imageIdx) ?? 0)) return false;
    if (!registerImage(map, imageIdx)) {
      this.refused.set(imageIdx, visible);
      return false;
    }
    this.refused.delete(imageIdx);
    triangulateImage(map, imageIdx);
    this.adjustAround(imageIdx);
    if (map.observedBy(imageIdx) < leastPointsPerPhoto) {
      map.remove(imageIdx);
      this.refused.set(imageIdx, visible);
      return false;
    }
    const photos = map.poses.size;
    const isDue =
      photos <= 6 ||
      photos >= growthBetweenGlobal * this.photosAtGlobal ||
      map.points.size >= 1.3 * this.pointsAtGlobal;
    if (isDue) this.adjustAll(8);
    return true;
  }

  /** The waiting photo that sees most of the map and was not refused at about this size; null: none. */
  nextBest(waiting: Iterable<number>): { image: number; visible: number } | null {
    let best: { image: number; visible: number } | null = null;
    for (const image of waiting) {
      const visible = visiblePoints(this.map, image).length;
      if (visible < 1.1 * (this.refused.get(image) ?? 0) || visible <= (best?.visible ?? 0)) continue;
      best = { image, visible };
    }
    return best;
  }

  /** Takes a photo out that does not belong where it stands; it is tried again only when it can see more. */
  takeOut(imageIdx: number): void {
    const { map } = this;
    map.remove(imageIdx);
    this.refused.set(imageIdx, visiblePoints(map, imageIdx).length);
  }

  /** Places what can be placed of these photos, the one that sees most first. */
  grow(waiting: () => Iterable<number>): void {
    for (let next = this.nextBest(waiting()); next; next = this.nextBest(waiting())) this.add(next.image);
  }

  /** Adjusts everything, with growing points and filtering in between. */
  adjustAll(maxIterations: number, rounds = 1, leastGain = 1e-4): void {
    const { map } = this;
    for (let round = 0; round < rounds; round++) {
      completeAndMerge(map);
      adjustMap(map, { maxIterations, leastGain });
      const before = countObservations(map);
      const dropped = filterPoints(map, 0.8);
      for (const image of map.poses.keys()) triangulateImage(map, image);
      if (dropped < 0.001 * before) break;
    }
    for (const image of map.poses.keys()) {
      if (map.poses.size > 2 && map.observedBy(image) < leastPointsPerPhoto) map.remove(image);
    }
    this.photosAtGlobal = map.poses.size;
    this.pointsAtGlobal = map.points.size;
  }

  private adjustAround(imageIdx: number): void {
    const { map } = this;
    const shared = new Map<number, number>();
    for (const pair of map.graph.pairsWith(imageIdx)) {
      const other = pair.aIdx === imageIdx ? pair.bIdx : pair.aIdx;
      if (map.poses.has(other)) shared.set(other, pair.matchCount);
    }
    const nearest = [...shared].toSorted((a, b) => b[1] - a[1]).slice(0, localNeighbours);
    const moving = new Set([imageIdx, ...nearest.map(([image]) => image)]);
    // Something has to stay where it is: the partner that the photo shares least with.
    if (moving.size === map.poses.size && nearest.length > 0) moving.delete(nearest[nearest.length - 1][0]);
    const own = new Set([map.cameraOf[imageIdx]]);
    const photosOfCamera = [...map.poses.keys()].filter((image) => own.has(map.cameraOf[image])).length;
    const movingCameras = photosOfCamera <= moving.size ? own : new Set<number>();
    adjustMap(map, { maxIterations: 6, moving, movingCameras });
    const ids = new Set<number>();
    for (const image of moving) {
      for (let f = 0; f < map.graph.images[image].count; f++) {
        const id = map.pointAt(image, f);
        if (id >= 0) ids.add(id);
      }
    }
    filterPoints(map, 1, ids);
  }
}

function countObservations(map: SceneMap): number {
  let count = 0;
  for (const { track } of map.points.values()) count += track.length;
  return count;
}
