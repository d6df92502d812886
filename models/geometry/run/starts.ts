// Maps from a starting pair, and the best of several starts.

import type { MatchGraph } from '../map/match-graph.ts';
import type { MatchedPair } from '../map/matched-pair.ts';
import { Mapper } from '../map/mapper.ts';
import { SceneMap } from '../map/scene-map.ts';
import { quality } from '../map/second-look.ts';
import { contradictedPhotos } from '../map/witnesses.ts';
import type { Lens } from './lenses.ts';

const degrees = Math.PI / 180;
/** Median angle between the rays of the first pair: a good one while there is choice, a poor one rather than none. */
export const goodAngle = 2.5 * degrees;
export const poorAngle = 0.8 * degrees;
/** Small sets are built anew from so many starts: one that goes astray decides over all of them. */
const fewPhotos = 30;
const startsOfFew = 3;

/** What is known of the photos that a map may hold. */
export interface Ground {
  readonly graph: MatchGraph;
  readonly lenses: readonly Lens[];
  readonly lensOf: number[];
}

/** A map of the two photos of the best pair. @param tried pairs that are no start; the one that is taken is added */
export function startedMap(
  { graph, lenses, lensOf }: Ground,
  pairs: readonly MatchedPair[],
  angles: readonly number[],
  tried?: Set<MatchedPair>,
): Mapper | null {
  const mapper = new Mapper(new SceneMap(graph, lenses, lensOf));
  return angles.some((angle) => mapper.start(pairs, angle, tried)) ? mapper : null;
}

/**
 * The best map of these photos from several starts; a set where the first start leaves nobody out needs no other.
 * @param pairs those among the photos
 * @param leastStartAngle a start has to be better than this, in radians
 */
export function bestMap(
  ground: Ground,
  images: ReadonlySet<number>,
  pairs: readonly MatchedPair[],
  leastStartAngle: number,
): Mapper | null {
  const tried = new Set<MatchedPair>();
  let best: Mapper | null = null;
  for (let attempt = 0; attempt < (images.size <= fewPhotos ? startsOfFew : 1); attempt++) {
    const mapper = startedMap(ground, pairs, [goodAngle, poorAngle], tried);
    if (!mapper || mapper.startAngle <= leastStartAngle) break;
    mapper.grow(() => [...images].filter((image) => !mapper.map.poses.has(image)));
    mapper.adjustAll(40, 2, 1e-5);
    if (!best || quality(mapper.map) > quality(best.map)) best = mapper;
    if (best.map.poses.size === images.size && !isMixed(best) && !isContradicted(best)) break;
  }
  return best;
}

/** Photos of several lenses of which nothing was known: their focal lengths depend on what was there when they came. */
export function isMixed({ map }: Mapper): boolean {
  const unknown = [...map.poses.keys()].filter((image) => map.cameraOfImage(image).priorSpread > 0.2);
  return new Set(unknown.map((image) => map.cameraOf[image])).size > 1;
}

export const isContradicted = ({ map }: Mapper): boolean => contradictedPhotos(map).length > 0;
