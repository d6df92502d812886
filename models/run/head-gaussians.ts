// Gaussians as learned heads predict them become rows beside a point map: offset from the point, sorted axes, colour and opacity in bytes.
//
// Some 200 000 a photo: nothing is allocated in the loops.

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
  for (let cell = 0, at = 0; cell < count; cell++, at += channels) {
    for (let k = 0; k < 3; k++) {
      rows.offsets[3 * cell + k] = raw[at + k];
      rows.logScales[3 * cell + k] = raw[at + 3 + k];
      rows.colors[4 * cell + k] = byteOf(photo[3 * cell + k] / 255 + harmonic * raw[at + 10 + k]);
    }
    writeOpacity(rows, cell, raw[at + 13]);
    writeRotation(rows, cell, raw[at + 6], raw[at + 7], raw[at + 8], raw[at + 9]);
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
  { shape, data }: NamedTensor,
  points: Float32Array,
  widthPx: number,
  photo: Uint8Array,
): PointGaussians {
  const [rowCount, colCount] = shape;
  const raw = data as Float32Array;
  const cellPx = widthPx / colCount;
  const rows = emptyPointGaussians(points.length / 3);
  const focalPx = ((0.5 - widthPx / 2) * points[2]) / points[0];
  const surface = new Float64Array(3);
  const rgb = new Float64Array(3);
  for (let row = 0, at = 0; row < rowCount; row++)
    for (let col = 0; col < colCount; col++, at += channels) {
      const first = row * cellPx * widthPx + col * cellPx;
      let logDepth = 0;
      rgb.fill(0);
      for (let y = 0; y < cellPx; y++)
        for (let p = first + y * widthPx; p < first + y * widthPx + cellPx; p++) {
          logDepth += Math.log(points[3 * p + 2]);
          for (let k = 0; k < 3; k++) rgb[k] += photo[3 * p + k];
        }
      const depth = Math.exp(logDepth / cellPx ** 2);
      // Width of a cell on the surface.
      const footprint = (depth * cellPx) / focalPx;
      surface[0] = footprint * (col + 0.5 - colCount / 2);
      surface[1] = footprint * (row + 0.5 - rowCount / 2);
      surface[2] = depth;
      for (let k = 0; k < 3; k++) {
        rows.offsets[3 * first + k] = surface[k] + 2 * footprint * Math.tanh(raw[at + k]) - points[3 * first + k];
        rows.logScales[3 * first + k] = Math.log(footprint) + Math.max(-4, Math.min(3, raw[at + 3 + k])) - 0.5;
        rows.colors[4 * first + k] = byteOf(rgb[k] / 255 / cellPx ** 2 + 0.3 * Math.tanh(raw[at + 11 + k]));
      }
      writeOpacity(rows, first, 1 / (1 + Math.exp(-raw[at + 10] - 2)));
      writeRotation(rows, first, raw[at + 7], raw[at + 8], raw[at + 9], raw[at + 6] + 1);
    }
  return rows;
}

/** 1…255 once all other numbers of the row are finite; 0 says that there is no Gaussian. */
function writeOpacity({ offsets, logScales, colors }: PointGaussians, cell: number, share: number): void {
  let sum = share;
  for (let k = 3 * cell; k < 3 * cell + 3; k++) sum += offsets[k] + logScales[k];
  colors[4 * cell + 3] = Number.isFinite(sum) ? Math.max(1, byteOf(share)) : 0;
}

/**
 * Sorts the row's axes, the largest first, the smallest last (whoever asks for the normal of a flat Gaussian looks there), and turns its rotation
 * x y z w, of any length, to match. Two axes change places by half a turn around the line between them: signs of axes do not matter.
 */
function writeRotation(
  { logScales, rotations }: PointGaussians,
  cell: number,
  x: number,
  y: number,
  z: number,
  w: number,
): void {
  const at = 3 * cell;
  const swap = (a: number, b: number): void => {
    const before = logScales[at + a];
    logScales[at + a] = logScales[at + b];
    logScales[at + b] = before;
  };
  // q ⊗ (½√2 on both axes, w = 0); the factor ½√2 goes with the length.
  if (logScales[at] < logScales[at + 1]) {
    swap(0, 1);
    [x, y, z, w] = [w - z, w + z, x - y, -x - y];
  }
  if (logScales[at + 1] < logScales[at + 2]) {
    swap(1, 2);
    [x, y, z, w] = [y - z, w - x, w + x, -y - z];
  }
  if (logScales[at] < logScales[at + 1]) {
    swap(0, 1);
    [x, y, z, w] = [w - z, w + z, x - y, -x - y];
  }
  const factor = 32767 / (Math.sqrt(x * x + y * y + z * z + w * w) || 1);
  rotations[4 * cell] = Math.round(x * factor);
  rotations[4 * cell + 1] = Math.round(y * factor);
  rotations[4 * cell + 2] = Math.round(z * factor);
  rotations[4 * cell + 3] = Math.round(w * factor);
}

const byteOf = (share: number): number => Math.round(255 * Math.max(0, Math.min(1, share)));
