// Which part of a photo moves: what lies nearer to a feature that moves than to one that rests, and not far from it.

import type { PointMap } from '../../run/reconstructor.ts';
import type { Keypoints } from '../features/features.ts';

/** Cells of the mask along the longer side of a photo. */
const cellsAcross = 64;
/** As a share of the longer side. */
const reach = 0.05;

/** Where something moves, on a coarse grid over the photo. */
export interface MovingMask {
  columns: number;
  rows: number;
  cells: Uint8Array;
}

/** @param moving indices of features that move @param resting of features that show points of the scene; null: nothing moves */
export function movingMask(
  { xPx, yPx, widthPx, heightPx }: Keypoints,
  moving: ReadonlySet<number>,
  resting: readonly number[],
): MovingMask | null {
  if (moving.size === 0) return null;
  const side = Math.max(widthPx, heightPx);
  const cell = side / cellsAcross;
  const columns = Math.ceil(widthPx / cell);
  const rows = Math.ceil(heightPx / cell);
  const nearestMoving = distances([...moving]);
  const nearestResting = distances(resting.filter((idx) => !moving.has(idx)));
  const cells = new Uint8Array(columns * rows);
  for (let i = 0; i < cells.length; i++) cells[i] = nearestMoving[i] < nearestResting[i] ? 1 : 0;
  return { columns, rows, cells };

  /** Distance of the nearest of these features from the middle of each cell; the reach where none is nearer. */
  function distances(features: readonly number[]): Float32Array {
    const out = new Float32Array(columns * rows).fill(reach * side);
    const around = Math.ceil(reach * cellsAcross);
    for (const idx of features) {
      const column = Math.floor(xPx[idx] / cell);
      const row = Math.floor(yPx[idx] / cell);
      for (let r = Math.max(0, row - around); r <= Math.min(rows - 1, row + around); r++)
        for (let c = Math.max(0, column - around); c <= Math.min(columns - 1, column + around); c++) {
          const distance = Math.hypot((c + 0.5) * cell - xPx[idx], (r + 0.5) * cell - yPx[idx]);
          out[r * columns + c] = Math.min(out[r * columns + c], distance);
        }
    }
    return out;
  }
}

export function isMovingAt({ columns, rows, cells }: MovingMask, x: number, y: number): boolean {
  const column = Math.min(columns - 1, Math.floor(x * columns));
  const row = Math.min(rows - 1, Math.floor(y * rows));
  return cells[row * columns + column] === 1;
}

/** Per grid cell of a point map: whether what it shows moves. */
export function movingCells(mask: MovingMask, { gridWidthPx, gridHeightPx }: PointMap): Uint8Array {
  const cells = new Uint8Array(gridWidthPx * gridHeightPx);
  for (let row = 0, i = 0; row < gridHeightPx; row++)
    for (let column = 0; column < gridWidthPx; column++, i++)
      cells[i] = isMovingAt(mask, (column + 0.5) / gridWidthPx, (row + 0.5) / gridHeightPx) ? 1 : 0;
  return cells;
}
