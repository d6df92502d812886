// Which splat lies nearest to a point of the scene.

import { hasRow } from '../../projects/format/row-set.ts';
import type { FrameId } from '../../projects/format/scene.ts';
import { inverse, transformPoint, type Vec3 } from '../../projects/format/sim3.ts';
import type { VisibleSplats } from './splat-layer.ts';

/** @param pointInWorld in world axes @returns null without splats */
export function nearestRow(
  chunks: Iterable<VisibleSplats>,
  pointInWorld: Vec3,
): { frameId: FrameId; splatIdx: number } | null {
  let best: { frameId: FrameId; splatIdx: number } | null = null;
  let bestSquare = Infinity;
  for (const { chunk, columns, worldFromCamera, gone } of chunks) {
    const { scale } = worldFromCamera;
    const [x, y, z] = transformPoint(inverse(worldFromCamera), pointInWorld);
    const { means, count } = columns;
    for (let i = 0; i < count; i++) {
      const square = ((means[3 * i] - x) ** 2 + (means[3 * i + 1] - y) ** 2 + (means[3 * i + 2] - z) ** 2) * scale ** 2;
      if (square >= bestSquare || (gone && hasRow(gone, i))) continue;
      bestSquare = square;
      best = { frameId: chunk.frameId, splatIdx: i };
    }
  }
  return best;
}
