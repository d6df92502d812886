// A stroke of a round brush over the viewport, as a mask of the pixels that it touched.

export interface BrushStroke {
  /** Path of the brush's centre in CSS pixels of the viewport, at least one point. */
  path: readonly (readonly [number, number])[];
  radiusPx: number;
}

export interface StrokeMask {
  /** Corner and size of the smallest rectangle of whole pixels that holds the stroke within the viewport. */
  left: number;
  top: number;
  widthPx: number;
  heightPx: number;
  /** widthPx × heightPx, row by row: 1 where the stroke passed. */
  touched: Uint8Array;
}

/** @returns null when the stroke misses the viewport */
export function strokeMask({ path, radiusPx }: BrushStroke, widthPx: number, heightPx: number): StrokeMask | null {
  const xs = path.map(([x]) => x);
  const ys = path.map(([, y]) => y);
  const left = Math.max(0, Math.floor(Math.min(...xs) - radiusPx));
  const top = Math.max(0, Math.floor(Math.min(...ys) - radiusPx));
  const right = Math.min(widthPx, Math.ceil(Math.max(...xs) + radiusPx));
  const bottom = Math.min(heightPx, Math.ceil(Math.max(...ys) + radiusPx));
  if (right <= left || bottom <= top) return null;
  const mask = { left, top, widthPx: right - left, heightPx: bottom - top, touched: new Uint8Array(0) };
  mask.touched = new Uint8Array(mask.widthPx * mask.heightPx);
  path.forEach((to, i) => paintSegment(mask, path[Math.max(0, i - 1)], to, radiusPx));
  return mask;
}

/** Pixels whose centre is within the radius of the line between two points. */
function paintSegment(
  { left, top, widthPx, heightPx, touched }: StrokeMask,
  from: readonly [number, number],
  to: readonly [number, number],
  radiusPx: number,
): void {
  const [ax, ay, bx, by] = [from[0] - left - 0.5, from[1] - top - 0.5, to[0] - left - 0.5, to[1] - top - 0.5];
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const first = Math.max(0, Math.floor(Math.min(ay, by) - radiusPx));
  const last = Math.min(heightPx - 1, Math.ceil(Math.max(ay, by) + radiusPx));
  const start = Math.max(0, Math.floor(Math.min(ax, bx) - radiusPx));
  const end = Math.min(widthPx - 1, Math.ceil(Math.max(ax, bx) + radiusPx));
  for (let y = first; y <= last; y++)
    for (let x = start; x <= end; x++) {
      const t = square > 0 ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square)) : 0;
      if ((x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2 <= radiusPx * radiusPx) touched[y * widthPx + x] = 1;
    }
}
