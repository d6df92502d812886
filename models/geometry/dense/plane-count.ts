// How many planes a sweep needs: as many as the neighbours' pictures move steps between its first and its last plane.

import { rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import type { DepthRange } from './depth-map.ts';
import type { SweepView } from './view.ts';
import { warpOf } from './warp.ts';

/** Steps in pixels of the neighbours' pictures: finer steps find nothing more. */
const stepPx = 0.8;
const fewest = 32;
const most = 96;

/** Samples across, down, and in inverse depth: who walks forward sees the middle of the picture stand still and its sides move. */
const samples = 5;
const shares = Array.from({ length: samples }, (_, k) => (k + 0.5) / samples);

/** Planes evenly spaced in inverse depth, for the neighbour where the picture moves second most. */
export function planeCount(reference: SweepView, neighbours: readonly SweepView[], { near, far }: DepthRange): number {
  const span = 1 / near - 1 / far;
  const moves = neighbours.map((view) => {
    const warp = warpOf(reference, view);
    const speeds = shares.flatMap((x) =>
      shares.flatMap((y) => {
        const { camera } = reference;
        const [u, v] = rayThroughPixel(camera, x * camera.widthPx, y * camera.heightPx);
        return shares.flatMap((z) => speedAt([u, v, 1, 1 / far + z * span], warp, view));
      }),
    );
    return speeds.length > 0 ? (span * speeds.reduce((sum, speed) => sum + speed, 0)) / speeds.length : 0;
  });
  moves.sort((a, b) => b - a);
  return Math.min(most, Math.max(fewest, Math.ceil(moves[Math.min(1, moves.length - 1)] / stepPx)));
}

/** Pixels per unit of inverse depth that a point (its ray and inverse depth) moves in the neighbour's picture; nothing where that does not show it. */
function speedAt(point: readonly number[], warp: Float32Array, { camera }: SweepView): number[] {
  const [timesX, timesY, depth] = [0, 4, 8].map((row) => point.reduce((sum, p, c) => sum + warp[row + c] * p, 0));
  const [x, y] = [timesX / depth, timesY / depth];
  if (!(depth > 0) || Math.abs(x) > 1 || Math.abs(y) > 1) return [];
  const [perX, perY] = [(warp[3] - x * warp[11]) / depth, (warp[7] - y * warp[11]) / depth];
  return [Math.hypot((perX * camera.widthPx) / 2, (perY * camera.heightPx) / 2)];
}
