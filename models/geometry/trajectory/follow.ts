// Follows a moving point from photo to photo, forwards and backwards from where it was clicked, until it is lost.

import { projectPoint, rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import { add, inverse, scaled, subtract, transformPoint, type Vec3 } from '../../../projects/format/sim3.ts';
import { findPatch, patchAt } from './patch.ts';
import type { TrackedSight, TrackView } from './track-view.ts';

/** Working-size pixels a thing may be away from where its last step would take it. */
const reachPx = 16;
const leastScore = 0.7;

/** One sight for every view; those after the point was lost are not visible and have no place. */
export function follow(
  views: readonly TrackView[],
  queryIdx: number,
  query: TrackedSight,
  depth: number,
): TrackedSight[] {
  const lost = ({ photoId }: TrackView): TrackedSight => ({
    ...{ photoId, xPx: null, yPx: null, visible: false, score: 0, pointInWorld: null },
  });
  const sights = views.map(lost);
  sights[queryIdx] = query;
  for (const step of [1, -1]) {
    let last = { sight: query, z: depth, idx: queryIdx };
    let pace: Vec3 = [0, 0, 0];
    for (let idx = queryIdx + step; idx >= 0 && idx < views.length; idx += step) {
      const next = stepTo(views[last.idx], last.sight, last.z, views[idx], pace);
      if (!next?.sight.pointInWorld || !last.sight.pointInWorld) break;
      pace = subtract(next.sight.pointInWorld, last.sight.pointInWorld);
      sights[idx] = next.sight;
      last = { ...next, idx };
    }
  }
  return sights;
}

/** The patch of the last photo, looked for in the next one where the same pace would bring it. */
function stepTo(
  from: TrackView,
  { xPx, yPx, pointInWorld }: TrackedSight,
  z: number,
  to: TrackView,
  pace: Vec3,
): { sight: TrackedSight; z: number } | null {
  if (xPx === null || yPx === null || !pointInWorld) return null;
  const patch = patchAt(from, xPx, yPx, z);
  if (!patch?.hasContrast) return null;
  const toFromWorld = inverse(to.worldFromCamera);
  const still = projectPoint(to.intrinsics, transformPoint(toFromWorld, pointInWorld));
  const moved = projectPoint(to.intrinsics, transformPoint(toFromWorld, add(pointInWorld, pace)));
  if (!still || !moved) return null;
  const match = findPatch(to, patch, reachPx, [moved[0] - still[0], moved[1] - still[1]]);
  if (!match || match.score < leastScore) return null;
  const depth = to.depth.at(match.xPx, match.yPx);
  if (!(depth > 0)) return null;
  const place = transformPoint(to.worldFromCamera, scaled(rayThroughPixel(to.intrinsics, match.xPx, match.yPx), depth));
  const { score } = match;
  return {
    sight: { photoId: to.photoId, xPx: match.xPx, yPx: match.yPx, visible: true, score, pointInWorld: place },
    z: depth,
  };
}
