// Two maps become one: the similarity between them from points that both have (RANSAC over three pairs), then one adjustment of everything.

import type { Sim3 } from '../../../projects/format/sim3.ts';
import { inverse, transformPoint } from '../../../projects/format/sim3.ts';
import { similarityBetween } from '../align.ts';
import { seededRandom } from '../linear-algebra/random.ts';
import { ransac } from '../two-view/ransac.ts';
import { adjustMap } from './adjust-map.ts';
import { featureOfKey, imageOfKey } from './feature-key.ts';
import { transformMap } from './move-map.ts';
import type { MapPoint, SceneMap } from './scene-map.ts';
import { completeAndMerge, filterPoints, triangulateImage } from './structure.ts';

/** As many points in common as a photo needs to be placed, and as large a share of all that match. */
const leastInliers = 15;
const leastShare = 0.25;
/** Each map has bent in its own way: until they are adjusted together, points may miss by so many tolerances. */
const slack = 3;
/** Observations of a point that are asked whether the other map's point is the same. */
const asked = 4;
/** Photos of either map that must show common points afterwards: one alone is a hinge. */
const leastPhotos = 2;

interface CommonPoint {
  into: MapPoint;
  from: MapPoint;
}

/** Points of two maps that matched features say are one. */
function commonPoints(into: SceneMap, from: SceneMap): CommonPoint[] {
  const found: CommonPoint[] = [];
  for (const point of from.points.values()) {
    const seen = new Set<number>();
    for (const key of point.track) {
      for (const link of from.graph.linksOf(imageOfKey(key), featureOfKey(key))) {
        const id = into.pointAt(imageOfKey(link), featureOfKey(link));
        const other = id >= 0 && !seen.has(id) ? into.points.get(id) : undefined;
        if (!other) continue;
        seen.add(id);
        found.push({ into: other, from: point });
      }
    }
  }
  return found;
}

/** intoFromFrom, or null when too few of the common points agree with any similarity. */
export function similarityOfMaps(into: SceneMap, from: SceneMap): Sim3 | null {
  const common = commonPoints(into, from);
  if (common.length < leastInliers) return null;
  const found = ransac<Sim3>(
    {
      count: common.length,
      sampleSize: 3,
      solve: (sample) => similarityOver(common, sample) ?? [],
      cost: (model, limit) => {
        let cost = 0;
        for (const pair of common) {
          cost += Math.min(1, disagreement(into, from, pair, model));
          if (cost >= limit) return cost;
        }
        return cost;
      },
      inliersOf: (model) =>
        Int32Array.from(common.flatMap((pair, i) => (disagreement(into, from, pair, model) < 1 ? [i] : []))),
      refine: (_, inliers) => similarityOver(common, inliers)?.[0] ?? null,
    },
    { random: seededRandom(common.length), maxIterations: 500 },
  );
  if (!found || found.inliers.length < Math.max(leastInliers, leastShare * common.length)) return null;
  return found.model;
}

function similarityOver(common: readonly CommonPoint[], idxs: Int32Array): [Sim3] | null {
  const source = Array.from(idxs, (i) => positionOf(common[i].from));
  const target = Array.from(idxs, (i) => positionOf(common[i].into));
  const similarity = similarityBetween(source, target);
  return similarity && [similarity];
}

const positionOf = ({ x, y, z }: MapPoint): [number, number, number] => [x, y, z];

/** The largest of the squared reprojection errors of each point in the photos of the other, 1 at the tolerance. */
function disagreement(into: SceneMap, from: SceneMap, pair: CommonPoint, intoFromFrom: Sim3): number {
  return Math.max(
    missBy(into, pair.into, transformPoint(intoFromFrom, positionOf(pair.from))),
    missBy(from, pair.from, transformPoint(inverse(intoFromFrom), positionOf(pair.into))),
  );
}

function missBy(map: SceneMap, { track }: MapPoint, [x, y, z]: readonly [number, number, number]): number {
  let worst = 0;
  for (const key of track.slice(0, asked)) {
    const image = imageOfKey(key);
    const error = map.squaredError(image, featureOfKey(key), { x, y, z }) / (slack * map.tolerance(image)) ** 2;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/**
 * Both maps as one in the world of `into`; neither is changed.
 * @returns null when they do not demonstrably show the same place
 */
export function joinedMap(into: SceneMap, from: SceneMap, intoFromFrom: Sim3): SceneMap | null {
  const joined = into.copy();
  const moved = from.copy();
  transformMap(moved, intoFromFrom);
  const lensesOf = (map: SceneMap): Set<number> => new Set([...map.poses.keys()].map((image) => map.cameraOf[image]));
  const known = lensesOf(into);
  for (const lens of lensesOf(from)) if (!known.has(lens)) joined.cameras[lens] = { ...from.cameras[lens] };
  for (const [image, pose] of moved.poses) joined.place(image, pose);
  for (const { x, y, z, track } of moved.points.values()) joined.addPoint(x, y, z, track);
  for (let round = 0; round < 3; round++) {
    completeAndMerge(joined);
    adjustMap(joined, { maxIterations: 15 });
    filterPoints(joined, 1);
    for (const image of joined.poses.keys()) triangulateImage(joined, image);
  }
  return holdsTogether(joined, into, from) ? joined : null;
}

/** Enough points are seen from both sides, by more than one photo of each. */
function holdsTogether(joined: SceneMap, into: SceneMap, from: SceneMap): boolean {
  const photos = new Set<number>();
  let common = 0;
  for (const { track } of joined.points.values()) {
    const images = track.map(imageOfKey);
    if (!images.some((image) => into.poses.has(image)) || !images.some((image) => from.poses.has(image))) continue;
    common++;
    for (const image of images) photos.add(image);
  }
  const of = (map: SceneMap): number => [...photos].filter((image) => map.poses.has(image)).length;
  return common >= leastInliers && of(into) >= leastPhotos && of(from) >= leastPhotos;
}
