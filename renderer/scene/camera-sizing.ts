// How large cameras are drawn: about as long as neighbouring photos stand apart, steady while the scene grows.

import type { Sim3 } from '../../projects/format/sim3.ts';
import { percentile } from './world-up.ts';

/** Changes of scale below this factor are not followed. */
const steadyFactor = 1.6;

export class CameraSizing {
  private current: number | null = null;

  /** World units of the picture's long side at size 1. */
  get unit(): number {
    return this.current ?? 0.1;
  }

  /** @param cameras in input order @param radius of the scene @returns true when the unit changed */
  update(cameras: readonly Sim3[], radius: number): boolean {
    const wanted = cameraSpacing(cameras, radius);
    const isSteady =
      this.current !== null && wanted < this.current * steadyFactor && wanted > this.current / steadyFactor;
    if (isSteady) return false;
    this.current = wanted;
    return true;
  }
}

/** The middle gap between neighbours, within reason for the scene. */
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
