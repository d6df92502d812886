// How large the floor of a room is: the outline of what is seen of it and of what stands on it.

import { planeAxes } from '../../projects/format/gravity.ts';
import { add, scaled, type Vec3 } from '../../projects/format/sim3.ts';
import { closed, dilated, eroded, heaviestPiece, outlineOf, type CellMask } from './cell-mask.ts';

export interface FloorOutline {
  /** Square world units. */
  area: number;
  /** One standard deviation, square world units. */
  sigma: number;
  /** World axes, on the floor, counter-clockwise seen from above. */
  polygon: Vec3[];
}

export interface FloorInput {
  count: number;
  /** count × 3, world */
  positions: ArrayLike<number>;
  isFloor(i: number): boolean;
  /** False for what an edit has taken away. */
  isThere(i: number): boolean;
  /** Unit vector in world axes. */
  up: Vec3;
}

/** Cells across the longer side of the floor that is seen. */
const cellsAcross = 120;
/** Gaps in the floor up to this share of its longer side are closed: what stands on it hides it. */
const gapShare = 0.1;
/** Beyond this share of its longer side around the seen floor nothing belongs to the room: gardens behind windows. */
const marginShare = 0.12;
const fewestFloor = 30;
const sampleSize = 20_000;

/**
 * Area of the floor. Splats of the floor, and of all that stands above it, are counted into level cells of a hundred-and-twentieth of the
 * floor's longer side; the mask is closed over gaps of a tenth of it and over holes, and the piece with the most floor is kept. A cell
 * that is only touched counts in whole, so half a cell along the outline is taken off again; the error is that half, too (uniform: ±
 * half a cell over √3).
 * @returns null when there is no floor
 */
export function floorOutline({ count, positions, isFloor, isThere, up }: FloorInput): FloorOutline | null {
  const [a, b] = planeAxes(up);
  const along = (i: number, axis: Vec3): number =>
    positions[3 * i] * axis[0] + positions[3 * i + 1] * axis[1] + positions[3 * i + 2] * axis[2];
  const floor: number[] = [];
  for (let i = 0; i < count; i++) if (isThere(i) && isFloor(i)) floor.push(i);
  if (floor.length < fewestFloor) return null;
  // A fair sample tells how far the floor reaches and how high it lies.
  const step = Math.ceil(floor.length / sampleSize);
  const few = floor.filter((_, k) => k % step === 0);
  const spans = [a, b].map((axis) => spanOf(few, (i) => along(i, axis)));
  const longer = Math.max(...spans.map(([low, high]) => high - low));
  if (!(longer > 0)) return null;
  const cell = longer / cellsAcross;
  const margin = marginShare * longer;
  // A border that closing may grow into.
  const reach = Math.max(1, Math.round((gapShare * cellsAcross) / 2));
  const origin = spans.map(([low]) => low - margin - (reach + 1) * cell);
  const [columns, rows] = spans.map(([low, high]) => Math.ceil((high - low + 2 * margin) / cell) + 2 * (reach + 1));
  const heights = Float64Array.from(few, (i) => along(i, up)).sort();
  const floorHeight = heights[heights.length >> 1];
  const tolerance = 0.02 * longer;
  const onFloor = new Uint32Array(columns * rows);
  const above = new Uint32Array(columns * rows);
  const cellOf = (i: number): number => {
    const column = Math.floor((along(i, a) - origin[0]) / cell);
    const row = Math.floor((along(i, b) - origin[1]) / cell);
    const isOut = column <= reach || row <= reach || column >= columns - 1 - reach || row >= rows - 1 - reach;
    return isOut ? -1 : row * columns + column;
  };
  for (const i of floor) {
    const at = cellOf(i);
    if (at >= 0) onFloor[at]++;
  }
  for (let i = 0; i < count; i++) {
    if (!isThere(i) || along(i, up) < floorHeight - tolerance) continue;
    const at = cellOf(i);
    if (at >= 0) above[at]++;
  }
  const seen: CellMask = { columns, rows, cells: Uint8Array.from(above, (n, at) => (n + onFloor[at] > 1 ? 1 : 0)) };
  // Whiskers of stray splats go, and so do pieces of the outside that hang on by less than four cells.
  const whole = heaviestPiece(dilated(eroded(closed(seen, reach), 2), 2), onFloor);
  const corners = outlineOf(whole);
  const cells = whole.cells.reduce((sum, each) => sum + each, 0);
  if (cells === 0) return null;
  const simple = simplified(corners, 1.5);
  const perimeter = simple.reduce((sum, [x, y], i) => {
    const [u, v] = simple[(i + 1) % simple.length];
    return sum + Math.hypot(u - x, v - y);
  }, 0);
  const place = ([x, y]: readonly [number, number]): Vec3 =>
    add(add(scaled(a, origin[0] + x * cell), scaled(b, origin[1] + y * cell)), scaled(up, floorHeight));
  return {
    area: (cells - perimeter / 2) * cell * cell,
    sigma: (perimeter / 2 / Math.sqrt(3)) * cell * cell,
    polygon: simple.map(place),
  };
}

/** From the first to the 99th percentile. */
function spanOf(of: readonly number[], value: (i: number) => number): [number, number] {
  const values = Float64Array.from(of, value).sort();
  return [values[Math.floor(values.length * 0.01)], values[Math.ceil(values.length * 0.99) - 1]];
}

/** A closed line with fewer corners, none further than `tolerance` from it (D. Douglas and T. Peucker, 1973). */
function simplified(corners: readonly [number, number][], tolerance: number): [number, number][] {
  const far = corners.reduce(
    (best, [x, y], i) => {
      const d = Math.hypot(x - corners[0][0], y - corners[0][1]);
      return d > best.d ? { d, i } : best;
    },
    { d: -1, i: 0 },
  ).i;
  const half = (from: number, to: number): [number, number][] => {
    const [x0, y0] = corners[from];
    const [x1, y1] = corners[to % corners.length];
    const span = Math.hypot(x1 - x0, y1 - y0);
    let worst = { d: tolerance, i: -1 };
    for (let i = from + 1; i < to; i++) {
      const [x, y] = corners[i];
      const d = span > 0 ? Math.abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / span : Math.hypot(x - x0, y - y0);
      if (d > worst.d) worst = { d, i };
    }
    return worst.i < 0 ? [corners[from]] : [...half(from, worst.i), ...half(worst.i, to)];
  };
  return [...half(0, far), ...half(far, corners.length)];
}
