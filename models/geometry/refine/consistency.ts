// How well tie points hold in the cameras of a rig, and which do not: what moves by itself, and what was matched wrongly.

import { projectPoint } from '../../../projects/format/intrinsics.ts';
import type { Vec3 } from '../../../projects/format/sim3.ts';
import type { Rig } from './rig.ts';
import { median, type Sighting, type TiePoint } from './sightings.ts';

/** A point in the axes of one camera. */
export function inCamera({ rotations: r, translations: t }: Rig, i: number, [x, y, z]: Vec3): Vec3 {
  const [a, b] = [9 * i, 3 * i];
  return [
    r[a] * x + r[a + 1] * y + r[a + 2] * z + t[b],
    r[a + 3] * x + r[a + 4] * y + r[a + 5] * z + t[b + 1],
    r[a + 6] * x + r[a + 7] * y + r[a + 8] * z + t[b + 2],
  ];
}

/** Distance in pixels of the working size; infinite behind the camera. */
export function errorPx(rig: Rig, position: Vec3, { frameIdx, xPx, yPx }: Sighting): number {
  const pixel = projectPoint(rig.cameras[rig.cameraOf[frameIdx]], inCamera(rig, frameIdx, position));
  return pixel ? Math.hypot(pixel[0] - xPx, pixel[1] - yPx) : Infinity;
}

export const medianErrorPx = (rig: Rig, points: readonly TiePoint[]): number =>
  median(points.flatMap(({ position, sightings }) => sightings.map((sighting) => errorPx(rig, position, sighting))));

/**
 * Units of the world per unit of each frame's points: the median over what the frame sees; NaN for a frame that sees nothing.
 * It makes the point map of every frame as large as the points that the photos tell together.
 */
export function scalesOf(rig: Rig, points: readonly TiePoint[]): number[] {
  const ratios: number[][] = Array.from(rig.cameraOf, () => []);
  for (const { position, sightings } of points)
    for (const { frameIdx, depth } of sightings)
      if (depth > 0) ratios[frameIdx].push(inCamera(rig, frameIdx, position)[2] / depth);
  return ratios.map(median);
}

/** |log of (depth in the point map · scale) over (depth of the tie point)|; a list with one entry per sighting that has a depth. */
export function depthDisagreements(rig: Rig, scales: readonly number[], { position, sightings }: TiePoint): number[] {
  return sightings.flatMap(({ frameIdx, depth }) => {
    const truly = inCamera(rig, frameIdx, position)[2];
    if (!(depth > 0)) return [];
    return [truly > 0 ? Math.abs(Math.log((depth * scales[frameIdx]) / truly)) : Infinity];
  });
}

/** Points of one place may differ in depth by so much between point maps, and by so many medians, before they count as moving. */
const leastDepthDoubt = 0.1;
const depthDoubts = 5;

/**
 * The points that hold: sightings further off than `limitPx` are taken away, points left with one sighting are out, and so are points
 * whose depth fits the rays but not the point maps, which is how something shows that moves along its rays.
 */
export function holding(rig: Rig, points: readonly TiePoint[], limitPx: number): TiePoint[] {
  const near = points.flatMap((point): TiePoint[] => {
    const { position, sightings } = point;
    const kept = sightings.filter((sighting) => errorPx(rig, position, sighting) <= limitPx);
    // Most of a track has to agree: a moving thing that stands still for two photos is not static.
    return kept.length >= 2 && kept.length > sightings.length / 2 ? [{ ...point, sightings: kept }] : [];
  });
  const scales = scalesOf(rig, near);
  const doubts = near.map((point) => median(depthDisagreements(rig, scales, point)));
  const limit = Math.max(leastDepthDoubt, depthDoubts * median(doubts.filter(Number.isFinite)));
  // A track without any depth is not in doubt: it has none to disagree with.
  return near.filter((_, p) => !(doubts[p] > limit));
}
