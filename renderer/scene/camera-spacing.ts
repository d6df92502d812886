// How large a camera should be drawn: about as long as neighbouring photos stand apart, within reason for the scene.

import type { Sim3 } from '../../projects/format/sim3.ts';
import { percentile } from './world-up.ts';

/** @param cameras in input order @param radius of the scene @returns world units of the picture's long side */
export function cameraSpacing(cameras: readonly Sim3[], radius: number): number {
  const gaps: number[] = [];
  for (let i = 1; i < cameras.length; i++) {
    const [a, b] = [cameras[i - 1].translation, cameras[i].translation];
    gaps.push(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  }
  const middle =
    gaps.length > 0
      ? percentile(
          gaps.sort((a, b) => a - b),
          0.5,
        ) * 0.8
      : radius * 0.1;
  return Math.min(Math.max(middle, radius * 0.035), radius * 0.12);
}
