// The first two photos of a map: many matches that agree, seen from places far enough apart.

import { identity3 } from '../linear-algebra/matrix3.ts';
import { seededRandom } from '../linear-algebra/random.ts';
import { essentialEstimator } from '../two-view/essential.ts';
import type { PointPairs } from '../two-view/point-pairs.ts';
import { ransac } from '../two-view/ransac.ts';
import { choosePose, type ChosenPose } from '../two-view/relative-pose.ts';
import type { MatchedPair } from './match-graph.ts';
import type { SceneMap } from './scene-map.ts';
import { triangulateImage } from './structure.ts';

export interface StartingPair {
  pair: MatchedPair;
  pose: ChosenPose;
  /** Points in front of both cameras, each worth more the larger its angle, up to 1. */
  worth: number;
  /** Radians, at the points in front. */
  medianAngle: number;
  /** Matches that the relative pose explains, each counted by how well. */
  support: number;
}

/** Focal lengths tried, relative to the belief, when nothing but a guess is known of a lens. */
const focalTrials = [1, 0.75, 0.55, 0.42, 1.4, 1.9];
/** Another focal length than the believed one has to explain so much more. */
const clearlyBetter = 1.02;
const pairsLookedAt = 10;

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
  const worth = angles.reduce((sum, angle) => sum + Math.min(1, angle / fullAngle), 0);
  const support = rays.count - found.cost;
  return { pair, pose, worth, medianAngle: angles[Math.floor(angles.length / 2)], support };
}

/**
 * Pairs a map could begin with, best first. Lenses of unknown focal length are set to the one of a few trials that explains the strongest
 * pairs best: an essential matrix holds for the true focal length only.
 */
export function startingPairs(map: SceneMap, pairs: readonly MatchedPair[]): StartingPair[] {
  const strongest = pairs
    // A pair that one homography explains says nothing about the lens, and may have no depth at all.
    .toSorted((a, b) => b.inliers.length * (1.2 - b.planarShare) - a.inliers.length * (1.2 - a.planarShare))
    .slice(0, pairsLookedAt);
  const unknown = map.cameras.filter((camera) => camera.priorSpread > 0.2);
  let best: StartingPair[] = [];
  let bestFactor = 1;
  let bestSupport = 0;
  for (const factor of unknown.length > 0 ? focalTrials : [1]) {
    for (const camera of unknown) camera.focalPx = factor * camera.priorFocalPx;
    const starts = strongest.flatMap((pair) => startingPair(map, pair) ?? []);
    const support = starts.reduce((sum, start) => sum + start.support, 0);
    if (support <= bestSupport * clearlyBetter) continue;
    best = starts;
    bestFactor = factor;
    bestSupport = support;
  }
  for (const camera of unknown) camera.focalPx = bestFactor * camera.priorFocalPx;
  return best.sort((a, b) => b.worth - a.worth);
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
