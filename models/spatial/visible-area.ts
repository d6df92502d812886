// How much of a photo a thing takes, and in which photo it first appears.

import { projectPoint, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { inverse, transformPoint, type Sim3 } from '../../projects/format/sim3.ts';

/** A photo with a coarse depth picture. */
export interface DepthView<Id> {
  id: Id;
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
  /** Farthest depth in each cell, camera units; 0 where nothing was seen. */
  depth: { widthPx: number; heightPx: number; farthest: Float32Array };
}

const [columns, rows] = [64, 48];
const sampleSize = 3000;
/** A splat is hidden when it lies this much behind everything the photo shows there. */
const behind = 1.08;

/** Share of the photo, 0…1, that splats of the thing fall on and nothing hides: cells of a grid of 64 × 48 that one of them hits. */
export function visibleArea<Id>(view: DepthView<Id>, positions: ArrayLike<number>, members: ArrayLike<number>): number {
  const { intrinsics, depth } = view;
  const cameraFromWorld = inverse(view.worldFromCamera);
  const step = Math.max(1, Math.floor(members.length / sampleSize));
  const hit = new Uint8Array(columns * rows);
  let count = 0;
  for (let k = 0; k < members.length; k += step) {
    const i = 3 * members[k];
    const p = transformPoint(cameraFromWorld, [positions[i], positions[i + 1], positions[i + 2]]);
    const pixel = projectPoint(intrinsics, p);
    if (!pixel) continue;
    const [u, v] = [pixel[0] / intrinsics.widthPx, pixel[1] / intrinsics.heightPx];
    if (!(u >= 0 && v >= 0 && u < 1 && v < 1)) continue;
    const cell = Math.floor(v * depth.heightPx) * depth.widthPx + Math.floor(u * depth.widthPx);
    if (!(p[2] <= depth.farthest[cell] * behind)) continue;
    const at = Math.floor(v * rows) * columns + Math.floor(u * columns);
    if (hit[at] === 0) {
      hit[at] = 1;
      count++;
    }
  }
  return count / (columns * rows);
}

/** A thing appears when it takes this share of a photo, or half of the largest share it ever takes, where that is less. */
export const appearsFrom = 0.004;

export interface Appearance<Id> {
  /** Place of the photo in input order, from zero, and the photo; null when no photo sees it. */
  first: { idx: number; id: Id; area: number } | null;
}

/** @param views in input order */
export function firstAppearance<Id>(
  views: readonly DepthView<Id>[],
  positions: ArrayLike<number>,
  members: ArrayLike<number>,
): Appearance<Id> {
  const areas = views.map((view) => visibleArea(view, positions, members));
  const largest = Math.max(0, ...areas);
  const idx = areas.findIndex((area) => area > 0 && area >= Math.min(appearsFrom, largest / 2));
  return { first: idx < 0 ? null : { idx, id: views[idx].id, area: areas[idx] } };
}
