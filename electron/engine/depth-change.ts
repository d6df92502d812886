// How the depth of a photo has changed since an earlier chunk of its points.

import { readFile } from 'node:fs/promises';
import { medianOf, type DepthChange } from '../../projects/format/belief.ts';
import { decodePointChunk, type PointColumns } from '../../projects/format/point-chunk.ts';
import type { PointMap } from '../../models/run/reconstructor.ts';

/** null when the file cannot be read, or the two share no pixel: the comparison is a reading, and no step fails for it. */
export async function depthChange(earlierPath: string, map: PointMap): Promise<DepthChange | null> {
  try {
    return compareDepth(decodePointChunk(await readFile(earlierPath)), map);
  } catch {
    return null;
  }
}

/** Over the pixels that have a point before the camera in both. Maps on different grids share none. */
export function compareDepth(earlier: PointColumns, map: PointMap): DepthChange | null {
  if (earlier.gridWidthPx !== map.gridWidthPx || earlier.gridHeightPx !== map.gridHeightPx) return null;
  const depths = new Float32Array(earlier.count);
  const ratios = new Float32Array(earlier.count);
  let shared = 0;
  for (let i = 0; i < earlier.count; i++) {
    const cell = earlier.pixels[2 * i] + earlier.pixels[2 * i + 1] * map.gridWidthPx;
    const [before, after] = [earlier.positions[3 * i + 2], map.positions[3 * cell + 2]];
    if (!(before > 0 && after > 0)) continue;
    depths[shared] = before;
    ratios[shared++] = after / before;
  }
  const medianDepth = medianOf(depths.subarray(0, shared));
  const medianRatio = medianOf(ratios.subarray(0, shared));
  return medianDepth === null || medianRatio === null ? null : { medianDepth, medianRatio };
}
