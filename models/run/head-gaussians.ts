// Gaussians as learned heads predict them become rows beside a point map: offset from the point, sorted axes, colour and opacity in bytes.

import { emptyPointGaussians, type PointGaussians } from '../../projects/format/point-chunk.ts';
import type { NamedTensor } from '../../projects/format/safetensors.ts';

/** Numbers of one Gaussian in the outputs of both heads. */
const channels = 14;
/** The spherical harmonic of degree zero (Kerbl et al. 2023). */
const harmonic = 0.28209479177387814;

/**
 * Splatt3R's (Smart et al. 2024; models/compile/gaussian-head.ts gives the order of the numbers).
 * @param raw cells × 14
 * @param photo cells × 3 sRGB
 */
export function splatt3rGaussians(raw: Float32Array, photo: Uint8Array): PointGaussians {
  const count = raw.length / channels;
  const rows = emptyPointGaussians(count);
  for (let cell = 0; cell < count; cell++) {
    const n = raw.subarray(channels * cell, channels * (cell + 1));
    rows.offsets.set(n.subarray(0, 3), 3 * cell);
    writeAxes(rows, cell, [n[3], n[4], n[5]], [n[6], n[7], n[8], n[9]]);
    const rgb = [0, 1, 2].map((k) => photo[3 * cell + k] / 255 + harmonic * n[10 + k]);
    writeColor(rows, cell, rgb, n[13]);
  }
  return rows;
}

/**
 * Those of our own network (models/train/model/gaussians.py): one for every few pixels, around the predicted surface. It goes with the first pixel of its
 * cell, the others have none.
 * @param raw [rows, cols, 14]: offset 3, log scale 3, quaternion w x y z 4, opacity 1, change of colour 3
 * @param points height × width × 3, camera axes, composed of depth and a pinhole in the middle
 * @param photo height × width × 3 sRGB
 */
export function ownGaussians(
  raw: NamedTensor,
  points: Float32Array,
  widthPx: number,
  photo: Uint8Array,
): PointGaussians {
  const [rowCount, colCount] = raw.shape;
  const numbers = raw.data as Float32Array;
  const cellPx = widthPx / colCount;
  const rows = emptyPointGaussians(points.length / 3);
  const focalPx = ((0.5 - widthPx / 2) * points[2]) / points[0];
  for (let row = 0; row < rowCount; row++)
    for (let col = 0; col < colCount; col++) {
      const pixels = Array.from(
        { length: cellPx * cellPx },
        (_, i) => (row * cellPx + Math.floor(i / cellPx)) * widthPx + col * cellPx + (i % cellPx),
      );
      const at = channels * (row * colCount + col);
      const n = numbers.subarray(at, at + channels);
      const depth = Math.exp(mean(pixels, (p) => Math.log(points[3 * p + 2])));
      const footprint = (depth * cellPx) / focalPx;
      const surface = [footprint * (col + 0.5 - colCount / 2), footprint * (row + 0.5 - rowCount / 2), depth];
      const [first] = pixels;
      for (let k = 0; k < 3; k++)
        rows.offsets[3 * first + k] = surface[k] + 2 * footprint * Math.tanh(n[k]) - points[3 * first + k];
      const logScale = (k: number): number => Math.log(footprint) + Math.max(-4, Math.min(3, n[3 + k])) - 0.5;
      writeAxes(rows, first, [logScale(0), logScale(1), logScale(2)], [n[7], n[8], n[9], n[6] + 1]);
      const rgb = [0, 1, 2].map((k) => mean(pixels, (p) => photo[3 * p + k] / 255) + 0.3 * Math.tanh(n[11 + k]));
      writeColor(rows, first, rgb, 1 / (1 + Math.exp(-n[10] - 2)));
    }
  return rows;
}

const half = Math.SQRT1_2;
/** Turns that put the old axes p[0], p[1], p[2] (up to their sign) in the place of the first, second and third. */
const turns: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '0,1,2': [0, 0, 0, 1],
  '1,0,2': [half, half, 0, 0],
  '0,2,1': [0, half, half, 0],
  '2,1,0': [half, 0, half, 0],
  '1,2,0': [0.5, 0.5, 0.5, 0.5],
  '2,0,1': [-0.5, -0.5, -0.5, 0.5],
};

/** The largest axis first, the smallest last: whoever asks for the normal of a flat one looks there. @param q x y z w of any length */
function writeAxes(rows: PointGaussians, cell: number, logScales: readonly number[], q: readonly number[]): void {
  const order = [0, 1, 2].sort((a, b) => logScales[b] - logScales[a]);
  order.forEach((old, k) => (rows.logScales[3 * cell + k] = logScales[old]));
  const [x, y, z, w] = q;
  const [tx, ty, tz, tw] = turns[order.join()];
  const length = Math.hypot(x, y, z, w) || 1;
  const turned = [
    w * tx + x * tw + y * tz - z * ty,
    w * ty - x * tz + y * tw + z * tx,
    w * tz + x * ty - y * tx + z * tw,
    w * tw - x * tx - y * ty - z * tz,
  ];
  turned.forEach((value, k) => (rows.rotations[4 * cell + k] = Math.round((value / length) * 32767)));
}

/** Colour and opacity of a Gaussian whose other numbers are there; what is not finite is left out. */
function writeColor(rows: PointGaussians, cell: number, rgb: readonly number[], opacity: number): void {
  let sum = opacity;
  for (let k = 3 * cell; k < 3 * cell + 3; k++) sum += rows.offsets[k] + rows.logScales[k];
  if (!Number.isFinite(sum)) return;
  rgb.forEach((share, k) => (rows.colors[4 * cell + k] = byteOf(share)));
  // Zero would mean that there is none.
  rows.colors[4 * cell + 3] = Math.max(1, byteOf(opacity));
}

const byteOf = (share: number): number => Math.round(255 * Math.max(0, Math.min(1, share)));

function mean(pixels: readonly number[], of: (pixel: number) => number): number {
  let sum = 0;
  for (const pixel of pixels) sum += of(pixel);
  return sum / pixels.length;
}
