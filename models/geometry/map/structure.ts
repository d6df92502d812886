// Points of a map: made from matched features, continued into new photos, merged, and thrown out when they do not hold.

import { featureKey, featureOfKey, imageOfKey, type FeatureKey } from './feature-key.ts';
import { centerOfPose, type SceneMap } from './scene-map.ts';
import { largestAngle, nearestToRays, sightFrom, type Sight } from './triangulate.ts';

/** Rays closer together than this say next to nothing about depth. COLMAP asks for 1.5°, and loses streets seen in forward motion. */
export const leastAngle = (0.5 * Math.PI) / 180;

/** Everything that placing a photo makes possible: its features join points or make new ones. */
export function triangulateImage(map: SceneMap, imageIdx: number): void {
  const { count } = map.graph.images[imageIdx];
  const { start, keys } = map.graph.linksOfImage(imageIdx);
  const tolerance2 = map.tolerance(imageIdx) ** 2;
  for (let feature = 0; feature < count; feature++) {
    if (map.pointAt(imageIdx, feature) >= 0) continue;
    let best = -1;
    let bestError = tolerance2;
    const loose: FeatureKey[] = [];
    for (let k = start[feature]; k < start[feature + 1]; k++) {
      const key = keys[k];
      if (!map.poses.has(imageOfKey(key))) continue;
      const id = map.pointAt(imageOfKey(key), featureOfKey(key));
      const point = id >= 0 ? map.points.get(id) : undefined;
      if (!point) {
        loose.push(key);
        continue;
      }
      const error = map.squaredError(imageIdx, feature, point);
      if (error >= bestError || point.track.some((other) => imageOfKey(other) === imageIdx)) continue;
      best = id;
      bestError = error;
    }
    if (best >= 0) map.addObservation(best, featureKey(imageIdx, feature));
    else if (loose.length > 0) createPoint(map, featureKey(imageIdx, feature), loose);
  }
}

/** A point from one feature and the features it matches, where at least two photos agree at a fair angle. */
function createPoint(map: SceneMap, seed: FeatureKey, others: readonly FeatureKey[]): void {
  const keys = [seed, ...onePerImage(others, imageOfKey(seed))];
  const sights = keys.map((key) => sightOf(map, key));
  let best: number[] = [];
  // Every partner may be the wrong one: the pair whose point most others agree with wins.
  for (let k = 1; k < Math.min(keys.length, 8); k++) {
    const point = nearestToRays([sights[0], sights[k]]);
    if (!point) continue;
    const agreeing = keys.flatMap((key, i) => (agrees(map, key, point) ? [i] : []));
    const both = agreeing.includes(0) && agreeing.includes(k);
    if (both && agreeing.length > best.length) best = agreeing;
  }
  if (best.length < 2) return;
  const chosen = best.map((i) => sights[i]);
  const point = nearestToRays(chosen);
  if (!point || best.some((i) => !agrees(map, keys[i], point))) return;
  const centers = chosen.map((sight) => sight.center);
  if (largestAngle(point, centers) < leastAngle) return;
  map.addPoint(
    point.x,
    point.y,
    point.z,
    best.map((i) => keys[i]),
  );
}

function onePerImage(keys: readonly FeatureKey[], except: number): FeatureKey[] {
  const seen = new Set([except]);
  return keys.filter((key) => {
    const image = imageOfKey(key);
    if (seen.has(image)) return false;
    seen.add(image);
    return true;
  });
}

function agrees(map: SceneMap, key: FeatureKey, point: { x: number; y: number; z: number }): boolean {
  const image = imageOfKey(key);
  return map.squaredError(image, featureOfKey(key), point) < map.tolerance(image) ** 2;
}

function sightOf(map: SceneMap, key: FeatureKey): Sight {
  const image = imageOfKey(key);
  const feature = featureOfKey(key);
  const pose = map.poses.get(image);
  if (!pose) throw new Error('Only placed photos have sights.');
  const rays = map.raysOf(image);
  return sightFrom(pose, centerOfPose(pose), rays[2 * feature], rays[2 * feature + 1]);
}

/** Lets points grow along links that agree by now, and joins points that turn out to be one. */
export function completeAndMerge(map: SceneMap, ids: Iterable<number> = [...map.points.keys()]): void {
  for (const id of ids) {
    const point = map.points.get(id);
    if (!point) continue;
    const images = new Set(point.track.map(imageOfKey));
    for (let at = 0; at < point.track.length; at++) {
      const key = point.track[at];
      for (const link of map.graph.linksOf(imageOfKey(key), featureOfKey(key))) {
        const image = imageOfKey(link);
        if (images.has(image) || !map.poses.has(image)) continue;
        const otherId = map.pointAt(image, featureOfKey(link));
        if (otherId >= 0) {
          if (otherId !== id && merge(map, id, otherId)) for (const k of point.track) images.add(imageOfKey(k));
        } else if (agrees(map, link, point)) {
          map.addObservation(id, link);
          images.add(image);
        }
      }
    }
  }
}

/** Joins two points when all their observations agree with the weighted mean. */
function merge(map: SceneMap, id: number, otherId: number): boolean {
  const a = map.points.get(id);
  const b = map.points.get(otherId);
  if (!a || !b) return false;
  const images = new Set(a.track.map(imageOfKey));
  if (b.track.some((key) => images.has(imageOfKey(key)))) return false;
  const share = b.track.length / (a.track.length + b.track.length);
  const mean = { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y), z: a.z + share * (b.z - a.z) };
  if (![...a.track, ...b.track].every((key) => agrees(map, key, mean))) return false;
  const moved = b.track;
  map.dropPoint(otherId);
  Object.assign(a, mean);
  for (const key of moved) map.addObservation(id, key);
  return true;
}

/**
 * Drops observations that disagree and points that are seen under too small an angle.
 * @param share of the tolerance that is allowed
 * @returns how many observations went
 */
export function filterPoints(map: SceneMap, share: number, ids: Iterable<number> = [...map.points.keys()]): number {
  let dropped = 0;
  const centers = new Map([...map.poses].map(([image, pose]) => [image, centerOfPose(pose)]));
  for (const id of ids) {
    const point = map.points.get(id);
    if (!point) continue;
    const bad = point.track.filter((key) => {
      const image = imageOfKey(key);
      return map.squaredError(image, featureOfKey(key), point) > (share * map.tolerance(image)) ** 2;
    });
    dropped += bad.length;
    if (point.track.length - bad.length < 2) {
      map.dropPoint(id);
      continue;
    }
    for (const key of bad) map.dropObservation(id, key);
    const seenFrom = point.track.flatMap((key) => centers.get(imageOfKey(key)) ?? []);
    const triples = Array.from({ length: seenFrom.length / 3 }, (_, k) => triple(seenFrom, 3 * k));
    if (largestAngle(point, triples) < leastAngle) {
      dropped += point.track.length;
      map.dropPoint(id);
    }
  }
  return dropped;
}

const triple = (values: readonly number[], at: number): [number, number, number] => [
  values[at],
  values[at + 1],
  values[at + 2],
];
