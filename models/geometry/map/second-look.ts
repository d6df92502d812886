// A second look at a map whose matches contradict it: photos that came early were placed by little, and would be placed better now.

import { Mapper } from './mapper.ts';
import type { SceneMap } from './scene-map.ts';
import { contradictedPhotos } from './witnesses.ts';

/** More photos that stand where their matches say first, then more observations. */
export function quality(map: SceneMap): number {
  let observations = 0;
  for (const { track } of map.points.values()) observations += track.length;
  return (map.poses.size - contradictedPhotos(map).length) * 1e6 + observations / 10;
}

/**
 * Takes the contradicted photos out and places them again, the one that sees most first.
 * @returns the better map, or null when nothing is contradicted that was not looked at before, or the second look is no better
 */
export function reconsidered(mapper: Mapper): Mapper | null {
  const contradicted = contradictedPhotos(mapper.map);
  const isNew = contradicted.some((image) => !mapper.doubted.has(image));
  mapper.doubted = new Set(contradicted);
  if (!isNew || mapper.map.poses.size - contradicted.length < 2) return null;
  const second = mapper.copy();
  for (const image of contradicted) second.map.remove(image);
  second.adjustAll(8);
  second.grow(() => contradicted.filter((image) => !second.map.poses.has(image)));
  if (quality(second.map) <= quality(mapper.map)) return null;
  second.doubted = new Set(contradictedPhotos(second.map));
  return second;
}
