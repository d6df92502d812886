// Deleted boxes of all frames as one texture that the point shader reads: three texels a box, no limit on their number.

import { DataTexture, FloatType, NearestFilter, RGBAFormat } from 'three';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { FrameId } from '../../projects/format/scene.ts';
import { columnMajorMatrix, inverse } from '../../projects/format/sim3.ts';

export interface BoxRange {
  from: number;
  count: number;
}

/** Rows of the matrix that takes camera axes to the cube −1…1 of the box: 12 numbers. */
export function cubeRowsOf({ cameraFromBox, halfSize }: Pick<FrameBox, 'cameraFromBox' | 'halfSize'>): number[] {
  const m = columnMajorMatrix(inverse(cameraFromBox));
  return [0, 1, 2].flatMap((row) => [0, 1, 2, 3].map((col) => m[col * 4 + row] / halfSize[row]));
}

export function packBoxes(boxesOf: ReadonlyMap<FrameId, readonly FrameBox[]>): {
  texture: DataTexture;
  ranges: Map<FrameId, BoxRange>;
} {
  const ranges = new Map<FrameId, BoxRange>();
  const rows: number[] = [];
  for (const [frameId, boxes] of boxesOf) {
    ranges.set(frameId, { from: rows.length / 12, count: boxes.length });
    for (const box of boxes) rows.push(...cubeRowsOf(box));
  }
  const data = new Float32Array(rows.length > 0 ? rows : new Array<number>(12).fill(0));
  const texture = new DataTexture(data, 3, data.length / 12, RGBAFormat, FloatType);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.needsUpdate = true;
  return { texture, ranges };
}
