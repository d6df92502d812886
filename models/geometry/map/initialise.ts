// The first two photos of a map: many matches that agree, seen from places far enough apart.

import { identity3 } from '../linear-algebra/matrix3.ts';
import { seededRandom } from '../linear-algebra/random.ts';
import { essentialEstimator } from '../two-view/essential.ts';
import type { PointPairs } from '../two-view/point-pairs.ts';
import { ransac } from '../two-view/ransac.ts';
import { choosePose, type ChosenPose } from '../two-view/relative-pose.ts';
import type { MatchedPair } from './matched-pair.ts';
import { voteOnFocals } from './focal-vote.ts';
import { centredPairs } from '../two-view/verify-pair.ts';
import type { SceneMap } from './scene-map.ts';
import { triangulateImage } from './structure.ts';

export interface StartingPair {
  pair: MatchedPair;
  pose: ChosenPose;
  /** Points in front of both cameras, each worth more the larger its angle, up to 1. */
  worth: number;
  /** Radians, at the points in front. */
  medianAngle: number;
}

const pairsLookedAt = 8;
/** Beyond this shift between the photos more of it is no further gain, as a share of the longer side. */
const fullShift = 0.15;
const leastPoints = 30;
/** Beyond this angle a point is as good as it gets; matching suffers from there on. */
const fullAngle = (10 * Math.PI) / 180;

/** How well two photos would begin a map with the lenses as they are believed to be; null: they cannot. */
export function startingPair(map: SceneMap, pair: MatchedPair): StartingPair | null {
  const rays = raysOfPair(map, pair);
  const pixel = map.tolerance(pair.aIdx) / 4 / map.cameraOfImage(pair.aIdx).focalPx;
  const found = ransac(essentialEstimator(rays, (3 * pixel) ** 2), {
    random: seededRandom(pair.aIdx * 65536 + pair.bIdx),
    maxIterations: 300,
  });
  if (!found || found.inliers.length < leastPoints) return null;
  const pose = choosePose(found.model, rays, found.inliers);
  if (pose.inFront.length < Math.max(leastPoints, 0.6 * found.inliers.length)) return null;
  const angles = pose.angles.toSorted((a, b) => a - b);
  // Long lenses flatten perspective: pose and focal length are hard to tell apart through them.
  const perspective = perspectiveOf(map, pair.aIdx) * perspectiveOf(map, pair.bIdx);
  const worth = perspective * angles.reduce((sum, angle) => sum + Math.min(1, angle / fullAngle), 0);
  return { pair, pose, worth, medianAngle: angles[Math.floor(angles.length / 2)] };
}

/** Pairs a map could begin with, best first. Lenses nothing is known of get the focal length that all pairs vote for. */
export function startingPairs(map: SceneMap, pairs: readonly MatchedPair[]): StartingPair[] {
  voteOnFocals(map.graph, map.cameras, map.cameraOf, pairs);
  // A pair that one homography explains says little about depth.
  const strength = new Map(pairs.map((pair) => [pair, 2 * pair.matchCount * (1.2 - pair.planarShare)]));
  const shifted = new Map(
    pairs.map((pair) => [pair, (strength.get(pair) ?? 0) * Math.min(fullShift, shiftOf(map, pair))]),
  );
  const top = (by: Map<MatchedPair, number>): MatchedPair[] =>
    pairs.toSorted((a, b) => (by.get(b) ?? 0) - (by.get(a) ?? 0)).slice(0, pairsLookedAt);
  const candidates = [...new Set([...top(shifted), ...top(strength)])];
  return candidates.flatMap((pair) => startingPair(map, pair) ?? []).sort((a, b) => b.worth - a.worth);
}

/** Median distance between matched points, as a share of the longer side. */
function shiftOf(map: SceneMap, { aIdx, bIdx, inliers }: MatchedPair): number {
  const { x1, y1, x2, y2, count } = centredPairs(map.graph.images[aIdx], map.graph.images[bIdx], inliers);
  const shifts = Float64Array.from({ length: count }, (_, k) => Math.hypot(x1[k] - x2[k], y1[k] - y2[k]));
  return shifts.sort()[count >> 1];
}

function perspectiveOf(map: SceneMap, imageIdx: number): number {
  const { focalPx, widthPx, heightPx } = map.cameraOfImage(imageIdx);
  return 1 / (1 + (focalPx / Math.max(widthPx, heightPx)) ** 2);
}

/** Places both photos, the first one in the origin, and makes their points. */
export function startMap(map: SceneMap, { pair, pose }: StartingPair): void {
  map.place(pair.aIdx, { rotation: identity3(), translation: new Float64Array(3) });
  map.place(pair.bIdx, { rotation: pose.rotation, translation: Float64Array.from(pose.translation) });
  triangulateImage(map, pair.bIdx);
}

function raysOfPair(map: SceneMap, { aIdx, bIdx, inliers }: MatchedPair): PointPairs {
  const a = map.raysOf(aIdx);
  const b = map.raysOf(bIdx);
  const count = inliers.length / 2;
  const pick = (rays: Float64Array, side: number, axis: number): Float64Array =>
    Float64Array.from({ length: count }, (_, k) => rays[2 * inliers[2 * k + side] + axis]);
  return { count, x1: pick(a, 0, 0), y1: pick(a, 0, 1), x2: pick(b, 1, 0), y2: pick(b, 1, 1) };
}
