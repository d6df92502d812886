// Two runs over the same photos held against each other: how far their cameras are apart once one is laid onto the other.

import type { RunComparison } from '../../contract/run-comparison.ts';
import type { Frame } from '../../../projects/format/scene.ts';
import { subtract, type Vec3 } from '../../../projects/format/sim3.ts';
import {
  absoluteRotationErrorsDeg,
  absoluteTranslationErrors,
  aligned,
  alignmentOf,
  type PosePair,
} from '../../../models/evaluate/trajectory.ts';

/** Three centres fix a similarity as long as they are not on a line; with fewer there is nothing to say. */
const leastCameras = 3;

/**
 * @param shown frames of the run that is shown @param other frames of the other one
 * @returns distances of the camera centres after Sim(3) alignment (Umeyama 1991) as shares of the extent of the shown cameras
 */
export function compareRuns(shown: readonly Frame[], other: readonly Frame[]): RunComparison {
  const placedOf = (frames: readonly Frame[]): Map<string, Frame> =>
    new Map(frames.filter(({ status }) => status === 'placed').map((frame) => [frame.photoId, frame]));
  const [here, there] = [placedOf(shown), placedOf(other)];
  const pairs: PosePair[] = [];
  for (const [photoId, { worldFromCamera: truth }] of here) {
    const estimate = there.get(photoId)?.worldFromCamera;
    if (truth && estimate) pairs.push({ truth: { ...truth, scale: 1 }, estimate: { ...estimate, scale: 1 } });
  }
  const counts = { both: pairs.length, onlyShown: here.size - pairs.length, onlyOther: there.size - pairs.length };
  const extent = extentOf(pairs.map(({ truth }) => truth.translation));
  if (pairs.length < leastCameras || extent === 0) return { ...counts, shownFromOther: null, cameras: null };
  const shownFromOther = alignmentOf(pairs, 'sim3');
  const laid = aligned(pairs, shownFromOther);
  const moved = absoluteTranslationErrors(laid);
  const turned = absoluteRotationErrorsDeg(laid);
  return {
    ...counts,
    shownFromOther,
    cameras: {
      medianShare: moved.median / extent,
      maxShare: moved.max / extent,
      medianDeg: turned.median,
      maxDeg: turned.max,
    },
  };
}

/** Largest side of the box around points. */
function extentOf(points: readonly Vec3[]): number {
  if (points.length === 0) return 0;
  const corner = (pick: (...values: number[]) => number): Vec3 => [
    pick(...points.map(([x]) => x)),
    pick(...points.map(([, y]) => y)),
    pick(...points.map(([, , z]) => z)),
  ];
  return Math.max(...subtract(corner(Math.max), corner(Math.min)));
}
