// One point of one photo in all photos and in space: where it is, whether it is seen there, and whether it moves.
//
// A still point is where its depth puts it: projected into every photo, seen where that photo's own depth agrees, and moved by a few
// pixels to where the patch around it fits best, because poses and depths are never exact. A point that most photos look through where
// it should be, or that the method calls moving, is followed from photo to photo instead.

import { projectPoint, rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import { inverse, scaled, transformPoint, type Vec3 } from '../../../projects/format/sim3.ts';
import { follow } from './follow.ts';
import { findPatch, patchAt, type Patch } from './patch.ts';
import type { TrackedSight, TrackView } from './track-view.ts';

export interface PointTrack {
  pointInWorld: Vec3;
  moving: boolean;
  /** One for every view, in their order. */
  sights: TrackedSight[];
}

/** Depths agree within this share. */
const agreement = 0.06;
/** So far off a depth may be where the patch itself is beyond doubt. */
const doubtful = 0.2;
const sureScore = 0.8;
/** From this on the patch says where the point is, */
const fairScore = 0.5;
/** and below this it says that it is not there, whatever the depth says: small or slanted surfaces look different from elsewhere. */
const leastScore = 0.2;
/** Photos that must show a point elsewhere before it counts as moving, and how much better they must show it. */
const leastElsewhere = 2;
const clearlyBetter = 0.2;
/** Working-size pixels around the projection within which the patch is looked for. */
const reachPx = 6;

/** @returns null when the photo shows no point there */
export function trackPoint(views: readonly TrackView[], queryIdx: number, xPx: number, yPx: number): PointTrack | null {
  const query = views[queryIdx];
  const z = query.depth.at(xPx, yPx);
  if (!(z > 0)) return null;
  const pointInWorld = transformPoint(query.worldFromCamera, scaled(rayThroughPixel(query.intrinsics, xPx, yPx), z));
  const patch = patchAt(query, xPx, yPx, z);
  const own: TrackedSight = { photoId: query.photoId, xPx, yPx, visible: true, score: 1, pointInWorld };
  const still = views.map((view, i) =>
    i === queryIdx ? { sight: own, missing: false, expected: null } : look(view, pointInWorld, patch),
  );
  const isMarked = query.depth.isMoving(xPx, yPx);
  const asStill: PointTrack = { pointInWorld, moving: isMarked, sights: still.map(({ sight }) => sight) };
  const isInDoubt = still.some(({ sight, missing }) => missing || (sight.visible && sight.score < sureScore));
  if (!patch?.hasContrast || !(isMarked || isInDoubt)) return asStill;
  const sights = follow(views, queryIdx, own, z);
  return isMarked || isSeenElsewhere(views, still, sights) ? { pointInWorld, moving: true, sights } : asStill;
}

interface Look {
  sight: TrackedSight;
  /** Nothing stands in the way and yet it is not there. */
  missing: boolean;
  /** Where a still point would be, full size; null when nobody can tell. */
  expected: readonly [number, number] | null;
}

/** Not being where it should be may be a wrong depth, and a patch may fit by chance: what is seen better and far from there moves. */
function isSeenElsewhere(
  views: readonly TrackView[],
  still: readonly Look[],
  followed: readonly TrackedSight[],
): boolean {
  let better = 0;
  let compared = 0;
  let away = 0;
  still.forEach(({ sight, missing, expected }, i) => {
    if (!expected || !(sight.visible || missing)) return;
    const { xPx, yPx, score } = followed[i];
    better += score - sight.score;
    compared++;
    if (xPx === null || yPx === null) return;
    const toWorking = views[i].image.widthPx / views[i].intrinsics.widthPx;
    if (Math.hypot(xPx - expected[0], yPx - expected[1]) * toWorking > reachPx) away++;
  });
  return away >= leastElsewhere && better > clearlyBetter * compared;
}

function look(view: TrackView, pointInWorld: Vec3, patch: Patch | null): Look {
  const { photoId, intrinsics, depth } = view;
  const inCamera = transformPoint(inverse(view.worldFromCamera), pointInWorld);
  const pixel = projectPoint(intrinsics, inCamera);
  const nowhere = { photoId, visible: false, score: 0, pointInWorld: null };
  if (!pixel) return { sight: { ...nowhere, xPx: null, yPx: null }, missing: false, expected: null };
  const [x, y] = pixel;
  const there = { ...nowhere, xPx: x, yPx: y };
  if (x < 0 || y < 0 || x >= intrinsics.widthPx || y >= intrinsics.heightPx)
    return { sight: there, missing: false, expected: null };
  const apart = nearestDepthRatio(view, x, y, inCamera[2]);
  const match = patch?.hasContrast ? findPatch(view, patch, reachPx) : null;
  const score = Math.max(0, match?.score ?? 0);
  const isSure = score >= sureScore && !(Math.abs(apart) > doubtful);
  const visible = isSure || (Math.abs(apart) <= agreement && (!match || score >= leastScore));
  // Only a deeper surface says that the point is gone; a nearer one hides it, and no depth says nothing.
  const missing = !visible && match !== null && score < leastScore && apart > -agreement;
  if (!visible) return { sight: { ...there, score }, missing, expected: pixel };
  const at = match && score >= fairScore ? match : { xPx: x, yPx: y };
  const own = depth.at(at.xPx, at.yPx);
  const seenAt = own > 0 ? scaled(rayThroughPixel(intrinsics, at.xPx, at.yPx), own) : null;
  const place = seenAt && transformPoint(view.worldFromCamera, seenAt);
  const sight = { photoId, xPx: at.xPx, yPx: at.yPx, visible, score, pointInWorld: place };
  return { sight, missing: false, expected: pixel };
}

/** log(depth there / depth of the point), of the pixels around the one that agrees best: edges lie a pixel off. NaN without any. */
function nearestDepthRatio({ depth, intrinsics, image }: TrackView, xPx: number, yPx: number, z: number): number {
  const step = (1.5 * intrinsics.widthPx) / image.widthPx;
  let best = NaN;
  for (const [dx, dy] of around) {
    const ratio = Math.log(depth.at(xPx + dx * step, yPx + dy * step) / z);
    if (Number.isFinite(ratio) && !(Math.abs(ratio) >= Math.abs(best))) best = ratio;
  }
  return best;
}

const around = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;
