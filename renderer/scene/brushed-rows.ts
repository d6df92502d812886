// Which splats of a chunk a brush stroke has touched: by their centres, and only those that can be seen there.

import type { Matrix4, Vector3 } from 'three';
import { deletionTest } from '../../projects/format/edits.ts';
import { addRow, emptyBits, hasRow, type RowBits } from '../../projects/format/row-set.ts';
import type { StrokeMask } from './brush-stroke.ts';
import type { VisibleSplats } from './splat-layer.ts';
import { leastFacing } from './splat-shading.ts';

/** A splat is hidden when it lies this much behind what the stroke shows there: as when splats of two views are merged. */
const behind = 1.04;

export interface BrushView {
  /** Column-major: from the chunk's camera axes to the axes of the eye (−z forward). */
  eyeFromChunk: Matrix4;
  projection: Matrix4;
  /** The eye in the chunk's camera axes. */
  eyeInChunk: Vector3;
  viewportWidthPx: number;
  viewportHeightPx: number;
  mask: StrokeMask;
  /** Depth along the view of what is seen at each pixel of the mask, 0 over nothing; null takes what is hidden too. */
  depths: Float32Array | null;
  /** Splats that turn their back to the eye are not drawn, and not touched. */
  hidesBacks: boolean;
}

/** @returns rows of the chunk */
export function brushedRows(splats: Omit<VisibleSplats, 'chunk' | 'worldFromCamera'>, view: BrushView): RowBits {
  const { columns, gone, deletedBoxes } = splats;
  const { mask, depths, viewportWidthPx, viewportHeightPx } = view;
  const isDeleted = deletedBoxes.length > 0 ? deletionTest(deletedBoxes) : null;
  const m = view.eyeFromChunk.elements;
  const p = view.projection.elements;
  const bits = emptyBits(columns.count);
  for (let i = 0; i < columns.count; i++) {
    const [x, y, z] = [columns.means[3 * i], columns.means[3 * i + 1], columns.means[3 * i + 2]];
    const ez = m[2] * x + m[6] * y + m[10] * z + m[14];
    const w = p[11] * ez + p[15];
    if (w <= 0) continue;
    const ex = m[0] * x + m[4] * y + m[8] * z + m[12];
    const ey = m[1] * x + m[5] * y + m[9] * z + m[13];
    const column = Math.floor(((p[0] * ex + p[8] * ez + p[12]) / w / 2 + 0.5) * viewportWidthPx) - mask.left;
    const row = Math.floor((0.5 - (p[5] * ey + p[9] * ez + p[13]) / w / 2) * viewportHeightPx) - mask.top;
    if (column < 0 || row < 0 || column >= mask.widthPx || row >= mask.heightPx) continue;
    if (mask.touched[row * mask.widthPx + column] === 0) continue;
    if (depths !== null && isBehind(-ez, depths, mask, column, row)) continue;
    if (columns.colors[4 * i + 3] === 0 || (gone !== null && hasRow(gone, i)) || isDeleted?.([x, y, z])) continue;
    if (view.hidesBacks && showsBack(columns, i, view.eyeInChunk)) continue;
    addRow(bits, i);
  }
  return bits;
}

/** Compared with the farthest that is seen at the pixel and beside it: edges of things do not flicker away. */
function isBehind(depth: number, depths: Float32Array, mask: StrokeMask, column: number, row: number): boolean {
  let farthest = 0;
  for (let r = Math.max(0, row - 1); r <= Math.min(mask.heightPx - 1, row + 1); r++)
    for (let c = Math.max(0, column - 1); c <= Math.min(mask.widthPx - 1, column + 1); c++)
      farthest = Math.max(farthest, depths[r * mask.widthPx + c]);
  return farthest > 0 && depth > farthest * behind;
}

/** As the shader of splats decides it (`splat-shading.ts`). */
function showsBack({ means, rotations, logScales }: VisibleSplats['columns'], i: number, eye: Vector3): boolean {
  const [mx, my, mz] = [means[3 * i], means[3 * i + 1], means[3 * i + 2]];
  const distance = Math.hypot(mx, my, mz);
  const [x, y, z, w] = [0, 1, 2, 3].map((k) => rotations[4 * i + k] / 32767);
  const isDisc = Math.exp(logScales[3 * i + 2] - logScales[3 * i + 1]) < 0.6;
  const n = isDisc
    ? [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)]
    : [mx / distance, my / distance, mz / distance];
  const facing = n[0] * mx + n[1] * my + n[2] * mz > 0 ? -1 : 1;
  const toEye = [eye.x - mx, eye.y - my, eye.z - mz];
  return (
    facing * (n[0] * toEye[0] + n[1] * toEye[1] + n[2] * toEye[2]) <
    leastFacing[isDisc ? 'disc' : 'ball'] * Math.hypot(...toEye)
  );
}
