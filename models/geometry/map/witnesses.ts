// What the matches of every two photos say of a finished map: each pair of placed photos was verified without it, and is a witness.
//
// A map can hang together by reprojection and still be wrong: a photo that was placed by a few points early on, or a hinge between two halves,
// contradicts pairs that came later, whose points simply found no place. The pairs remember.

import { multiply3, skew3, transpose3 } from '../linear-algebra/matrix3.ts';
import { sampsonSquared } from '../two-view/point-pairs.ts';
import type { MatchedPair } from './matched-pair.ts';
import type { LensShape, Pose, SceneMap } from './scene-map.ts';

export interface Testimony {
  /** Matches with other placed photos. */
  matches: number;
  /** Those that agree with both poses: within the tolerance of the epipolar line. */
  agreeing: number;
}

/** What the matches of every placed photo say. */
export function testimonies(map: SceneMap): Map<number, Testimony> {
  const all = new Map([...map.poses.keys()].map((image) => [image, { matches: 0, agreeing: 0 }]));
  for (const pair of map.graph.pairs) {
    const a = all.get(pair.aIdx);
    const b = all.get(pair.bIdx);
    if (!a || !b) continue;
    const matches = pair.matchCount;
    const agreeing = heard(map, pair);
    for (const side of [a, b]) {
      side.matches += matches;
      side.agreeing += agreeing;
    }
  }
  return all;
}

/**
 * Below this part of the share that agrees in the middle photo, a photo does not stand where its partners say. Where people walk through or a
 * rolling shutter bends, matches disagree in all photos alike.
 */
const soundPart = 0.75;

/** Placed photos that do not stand where their matches say. */
export function contradictedPhotos(map: SceneMap): number[] {
  return contradicted(map).map(({ image }) => image);
}

/**
 * The photo that stands most against its own matches, when fewer than half of them agree: something that repeats (a wallpaper, a window) has
 * put it where it is, and no place is better than that one.
 */
export function refutedPhoto(map: SceneMap): number | null {
  const [worst] = contradicted(map).toSorted((a, b) => a.share - b.share);
  return worst && worst.share < 0.5 ? worst.image : null;
}

function contradicted(map: SceneMap): { image: number; share: number }[] {
  const shares = [...testimonies(map)].map(([image, { matches, agreeing }]) => ({
    image,
    share: matches > 0 ? agreeing / matches : 1,
  }));
  const sorted = shares.map(({ share }) => share).sort((a, b) => a - b);
  const limit = soundPart * (sorted.at(sorted.length >> 1) ?? 0);
  return shares.filter(({ share }) => share < limit);
}

/** What a pair said, and of which poses and lenses. */
interface Heard {
  a: Pose;
  b: Pose;
  lensA: LensShape;
  lensB: LensShape;
  agreeing: number;
}

/** A pair says the same again until one of its photos or lenses changes: after each new photo only few are asked. */
const heardOf = new WeakMap<SceneMap, Map<number, Heard>>();

function heard(map: SceneMap, pair: MatchedPair): number {
  const a = map.poses.get(pair.aIdx);
  const b = map.poses.get(pair.bIdx);
  if (!a || !b) return 0;
  const lensA = map.lensShape(pair.aIdx);
  const lensB = map.lensShape(pair.bIdx);
  let all = heardOf.get(map);
  if (!all) heardOf.set(map, (all = new Map()));
  const known = all.get(pair.serial);
  if (known?.a === a && known.b === b && known.lensA === lensA && known.lensB === lensB) return known.agreeing;
  const agreeing = agreeingMatches(map, pair);
  all.set(pair.serial, { a, b, lensA, lensB, agreeing });
  return agreeing;
}

function agreeingMatches(map: SceneMap, { aIdx, bIdx, inliers }: MatchedPair): number {
  const a = map.poses.get(aIdx);
  const b = map.poses.get(bIdx);
  if (!a || !b) return 0;
  const bFromA = multiply3(b.rotation, transpose3(a.rotation));
  const t = [0, 1, 2].map((r) => {
    const turned = bFromA[3 * r] * a.translation[0] + bFromA[3 * r + 1] * a.translation[1];
    return b.translation[r] - turned - bFromA[3 * r + 2] * a.translation[2];
  });
  const essential = multiply3(skew3([t[0], t[1], t[2]]), bFromA);
  const limit =
    (map.tolerance(aIdx) / map.cameraOfImage(aIdx).focalPx) * (map.tolerance(bIdx) / map.cameraOfImage(bIdx).focalPx);
  const raysA = map.raysOf(aIdx);
  const raysB = map.raysOf(bIdx);
  let agreeing = 0;
  for (let k = 0; k < inliers.length; k += 2) {
    const i = 2 * inliers[k];
    const j = 2 * inliers[k + 1];
    if (sampsonSquared(essential, raysA[i], raysA[i + 1], raysB[j], raysB[j + 1]) < limit) agreeing++;
  }
  return agreeing;
}
