// What neighbours show where the reference's rays end: the pictures of a sweep, sampled between pixels.
//
// ONNX Runtime's GridSample takes some 25 ns a sample on the CPU, more than all the rest of a sweep; this loop takes a fraction of that.

import { compose, inverse, matrixFromQuaternion } from '../../../projects/format/sim3.ts';
import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { eachRow } from '../each-row.ts';
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
 * @param reference pinhole without distortion
 * @param warp of `warpOf`
 * @param inverseDepths one per plane, or one per plane and pixel
 * @param out planes × pixels
 */
export function warped(
  { grey, camera: { widthPx, heightPx } }: SweepView,
  warp: Float32Array,
  reference: Intrinsics,
  inverseDepths: Float32Array,
  planes: number,
  out: Float32Array,
): void {
  // Places in pixels with the first centre at 0, so that a share of the depth is all that is added.
  const toPixels = (row: number, side: number): number[] =>
    [0, 1, 2, 3].map((c) => warp[row + c] * (side / 2) + warp[8 + c] * (side / 2 - 0.5));
  const picture: Sampled = { grey, widthPx, heightPx };
  const x = overPixels(toPixels(0, widthPx), reference);
  const y = overPixels(toPixels(4, heightPx), reference);
  const depth = overPixels([...warp.subarray(8)], reference);
  const perPixel = inverseDepths.length > planes;
  for (let p = 0; p < planes; p++)
    eachRow(reference.heightPx, (row) => {
      const from = (p * reference.heightPx + row) * reference.widthPx;
      const inverses = perPixel ? inverseDepths.subarray(from) : inverseDepths.subarray(p);
      const to = out.subarray(from, from + reference.widthPx);
      warpRow(picture, [x, y, depth], row, inverses, perPixel ? 1 : 0, to);
    });
}

interface Sampled {
  grey: Float32Array;
  widthPx: number;
  heightPx: number;
}

/** Something that changes evenly from column to column, from row to row, and with the inverse depth. */
interface Even {
  column: number;
  row: number;
  /** At the centre of the first pixel, infinitely far. */
  start: number;
  inverseDepth: number;
}

/** Of the ray's x, y and 1 and the inverse depth, as pixels of the reference have them. */
function overPixels([a, b, c, d]: number[], { fxPx, fyPx, cxPx, cyPx }: Intrinsics): Even {
  const column = a / fxPx;
  const row = b / fyPx;
  return { column, row, start: c + (0.5 - cxPx) * column + (0.5 - cyPx) * row, inverseDepth: d };
}

/** @param inverses inverse depth of column i at i · stride */
function warpRow(
  { grey, widthPx: w, heightPx: h }: Sampled,
  [x, y, z]: readonly [Even, Even, Even],
  row: number,
  inverses: Float32Array,
  stride: number,
  out: Float32Array,
): void {
  // Read once: V8 would read what lies in objects for every pixel.
  const [xStep, yStep, zStep] = [x.column, y.column, z.column];
  const [xPerInverse, yPerInverse, zPerInverse] = [x.inverseDepth, y.inverseDepth, z.inverseDepth];
  let xFar = x.start + row * x.row;
  let yFar = y.start + row * y.row;
  let zFar = z.start + row * z.row;
  for (let i = 0, at = 0; i < out.length; i++, at += stride) {
    const q = inverses[at];
    const depth = zFar + zPerInverse * q;
    const share = 1 / depth;
    const xPx = (xFar + xPerInverse * q) * share;
    const yPx = (yFar + yPerInverse * q) * share;
    xFar += xStep;
    yFar += yStep;
    zFar += zStep;
    // Points behind the neighbour are outside of its picture.
    if (depth <= 1e-6) out[i] = 0;
    else if (xPx >= 0 && yPx >= 0 && xPx < w - 1 && yPx < h - 1) out[i] = between(grey, w, xPx, yPx);
    else out[i] = xPx > -1 && yPx > -1 && xPx < w && yPx < h ? atBorder(grey, w, h, xPx, yPx) : 0;
  }
}

function between(grey: Float32Array, w: number, x: number, y: number): number {
  const x0 = x | 0;
  const y0 = y | 0;
  const from = y0 * w + x0;
  const fx = x - x0;
  const top = grey[from] + (grey[from + 1] - grey[from]) * fx;
  const bottom = grey[from + w] + (grey[from + w + 1] - grey[from + w]) * fx;
  return top + (bottom - top) * (y - y0);
}

/** Bilinear where some of the four pixels are missing and count as 0. */
function atBorder(grey: Float32Array, w: number, h: number, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const top = (1 - fx) * pixelAt(grey, w, h, x0, y0) + fx * pixelAt(grey, w, h, x0 + 1, y0);
  const bottom = (1 - fx) * pixelAt(grey, w, h, x0, y0 + 1) + fx * pixelAt(grey, w, h, x0 + 1, y0 + 1);
  return (1 - fy) * top + fy * bottom;
}

const pixelAt = (grey: Float32Array, w: number, h: number, column: number, row: number): number =>
  column >= 0 && row >= 0 && column < w && row < h ? grey[row * w + column] : 0;
