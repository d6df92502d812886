// Which pictures to match a view with, and between which depths: from the sparse points that they share.

import type { PhotoId } from '../../../projects/format/scene.ts';
import { dot, inverse, length, subtract, transformPoint, type Sim3, type Vec3 } from '../../../projects/format/sim3.ts';
import type { DepthRange } from './depth-map.ts';

/** A point of the sparse map and the photos that hold an observation of it. */
export interface SparsePoint {
  position: Vec3;
  seenBy: readonly PhotoId[];
}

export interface PosedPhoto {
  photoId: PhotoId;
  worldFromCamera: Sim3;
}

/** Angle of parallax at which matching is at its best: wide enough to measure, narrow enough to look alike (as in MVSNet's view selection). */
const bestAngleRad = (8 * Math.PI) / 180;

/** Under this angle a tenth of a pixel is a tenth of the depth and more, at the sizes we sweep. */
const smallestAngleRad = (0.3 * Math.PI) / 180;

/**
 * The best `count` neighbours: many common points, seen at a good angle. Each common point adds up to 1 by its angle of parallax
 * (Y. Yao et al., MVSNet, ECCV 2018, section 4.1, with our angles). Views that stand at the same place add nothing.
 */
export function chooseNeighbours(
  reference: PosedPhoto,
  photos: ReadonlyMap<PhotoId, PosedPhoto>,
  pointsOfReference: readonly SparsePoint[],
  count: number,
): PhotoId[] {
  const scores = new Map<PhotoId, number>();
  for (const { position, seenBy } of pointsOfReference) {
    const own = subtract(reference.worldFromCamera.translation, position);
    for (const id of seenBy) {
      if (id === reference.photoId) continue;
      const photo = photos.get(id);
      if (!photo) continue;
      const theirs = subtract(photo.worldFromCamera.translation, position);
      const cosine = dot(own, theirs) / (length(own) * length(theirs));
      const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
      if (angle < smallestAngleRad) continue;
      const spread = angle < bestAngleRad ? bestAngleRad / 2.5 : bestAngleRad * 1.5;
      const worth = Math.exp(-((angle - bestAngleRad) ** 2) / (2 * spread ** 2));
      scores.set(id, (scores.get(id) ?? 0) + worth);
    }
  }
  const chosen = [...scores]
    .filter(([, score]) => score > 0.5)
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return chosen.slice(0, count).map(([id]) => id);
}

/** Depths between which nearly all of the view's sparse points lie, with room around; null when there are too few to tell. */
export function depthRangeOf(
  worldFromCamera: Sim3,
  pointsOfReference: readonly SparsePoint[],
  margin = 0.25,
): DepthRange | null {
  const cameraFromWorld = inverse({ ...worldFromCamera, scale: 1 });
  const depths = pointsOfReference
    .map(({ position }) => transformPoint(cameraFromWorld, position)[2])
    .filter((z) => z > 0)
    .toSorted((a, b) => a - b);
  if (depths.length < 8) return null;
  const at = (share: number): number => depths[Math.round(share * (depths.length - 1))];
  return { near: at(0.01) / (1 + margin), far: at(0.99) * (1 + 2 * margin) };
}
