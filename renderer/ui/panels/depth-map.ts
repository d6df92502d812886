// A small picture of a chunk's depth, as its photo saw it.

import type { PointColumns } from '../../../projects/format/point-chunk.ts';
import type { Stop } from '../../state/colour-scales.ts';

/** Points that stand for all when a range is looked for: chunks are shuffled, so the first ones are a fair sample. */
const samplePoints = 4096;

/** Depths between which nearly all points of the chunks lie; null when there are none. */
export function depthRange(chunks: readonly PointColumns[]): readonly [number, number] | null {
  const depths = chunks.flatMap(({ positions, count }) =>
    Array.from({ length: Math.min(count, samplePoints) }, (_, i) => positions[3 * i + 2]),
  );
  const sorted = Float32Array.from(depths).sort();
  if (sorted.length === 0) return null;
  const [near, far] = [0.02, 0.98].map((share) => sorted[Math.floor(share * (sorted.length - 1))]);
  return [near, Math.max(far, near + 1e-6)];
}

/**
 * RGBA of the grid, at most `mostPx` wide; clear where no point is.
 * @param range depths of the first and the last stop
 */
export function depthMap(
  { count, positions, pixels, gridWidthPx, gridHeightPx }: PointColumns,
  [near, far]: readonly [number, number],
  stops: readonly Stop[],
  mostPx: number,
): ImageData {
  const shrink = Math.max(1, Math.ceil(gridWidthPx / mostPx));
  const picture = new ImageData(Math.ceil(gridWidthPx / shrink), Math.ceil(gridHeightPx / shrink));
  for (let i = 0; i < count; i++) {
    const share = Math.min(1, Math.max(0, (positions[3 * i + 2] - near) / (far - near))) * (stops.length - 1);
    const low = Math.min(Math.floor(share), stops.length - 2);
    const at = 4 * (Math.floor(pixels[2 * i + 1] / shrink) * picture.width + Math.floor(pixels[2 * i] / shrink));
    for (let k = 0; k < 3; k++)
      picture.data[at + k] = 255 * (stops[low][k] + (share - low) * (stops[low + 1][k] - stops[low][k]));
    picture.data[at + 3] = 255;
  }
  return picture;
}
