// What neighbours show where the reference's rays end: the pictures of a sweep, sampled between pixels.
//
// ONNX Runtime's GridSample takes some 25 ns a sample on the CPU, more than all the rest of a sweep; this loop takes a fraction of that.

import { compose, inverse, matrixFromQuaternion } from '../../../projects/format/sim3.ts';
import type { SweepView } from './view.ts';

/** Rows: picture x and y (−1…1 over the neighbour's picture) times depth, and depth; columns: the ray's x, y, 1 and the inverse depth. */
export function warpOf(reference: SweepView, neighbour: SweepView): Float32Array {
  const rigid = (view: SweepView) => ({ ...view.worldFromCamera, scale: 1 });
  const { rotation, translation } = compose(inverse(rigid(neighbour)), rigid(reference));
  const r = matrixFromQuaternion(rotation);
  const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = neighbour.camera;
  const out = new Float32Array(12);
  for (let c = 0; c < 4; c++) {
    const [x, y, z] = c < 3 ? [r[c], r[3 + c], r[6 + c]] : translation;
    out[c] = ((fxPx * x + cxPx * z) * 2) / widthPx - z;
    out[4 + c] = ((fyPx * y + cyPx * z) * 2) / heightPx - z;
    out[8 + c] = z;
  }
  return out;
}

/**
 * The neighbour's picture as the reference would see it if everything lay at these inverse depths: planes × the reference's pixels;
 * bilinear, 0 outside, as GridSample does it without aligned corners.
 * @param warp of `warpOf`
 * @param rays of the reference's pixels: x and y at depth 1, one after the other, then ones (`rayPlanes`)
 * @param inverseDepths one per plane, or one per plane and pixel
 */
export function warped(
  { grey, camera: { widthPx: w, heightPx: h } }: SweepView,
  warp: Float32Array,
  rays: Float32Array,
  inverseDepths: Float32Array,
  planes: number,
): Float32Array {
  const pixels = rays.length / 3;
  const out = new Float32Array(planes * pixels);
  const perPixel = inverseDepths.length > planes;
  // Places in pixels with the first centre at 0, so that a share of the depth is all that is added.
  const toPixels = (row: number, side: number): number[] =>
    [0, 1, 2, 3].map((c) => warp[row + c] * (side / 2) + warp[8 + c] * (side / 2 - 0.5));
  const [ax, bx, cx, dx] = toPixels(0, w);
  const [ay, by, cy, dy] = toPixels(4, h);
  const [az, bz, cz, dz] = warp.subarray(8);
  for (let p = 0, at = 0; p < planes; p++)
    for (let i = 0; i < pixels; i++, at++) {
      const q = inverseDepths[perPixel ? at : p];
      const u = rays[i];
      const v = rays[pixels + i];
      const depth = az * u + bz * v + cz + dz * q;
      // Points behind the neighbour are outside of its picture.
      if (depth <= 1e-6) continue;
      const share = 1 / depth;
      const x = (ax * u + bx * v + cx + dx * q) * share;
      const y = (ay * u + by * v + cy + dy * q) * share;
      if (x >= 0 && y >= 0 && x < w - 1 && y < h - 1) {
        const x0 = x | 0;
        const y0 = y | 0;
        const from = y0 * w + x0;
        const fx = x - x0;
        const top = grey[from] + (grey[from + 1] - grey[from]) * fx;
        const bottom = grey[from + w] + (grey[from + w + 1] - grey[from + w]) * fx;
        out[at] = top + (bottom - top) * (y - y0);
      } else if (x > -1 && y > -1 && x < w && y < h) out[at] = atBorder(grey, w, h, x, y);
    }
  return out;
}

/** Bilinear where some of the four pixels are missing and count as 0. */
function atBorder(grey: Float32Array, w: number, h: number, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  let sum = 0;
  for (const [column, row] of [
    [x0, y0],
    [x0 + 1, y0],
    [x0, y0 + 1],
    [x0 + 1, y0 + 1],
  ])
    if (column >= 0 && row >= 0 && column < w && row < h)
      sum += grey[row * w + column] * (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
  return sum;
}
