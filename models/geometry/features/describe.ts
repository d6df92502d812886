// Orientation and descriptor of a keypoint: SIFT's histograms (Lowe 2004) over a patch that is first turned upright, then RootSIFT.
//
// Turning the patch instead of the gradients makes every spatial weight a constant of the grid; the sampling step is 0.75 σ, finer than
// the blur of the level it reads.

import type { GrayImage } from './gray-image.ts';
import type { Keypoint } from './keypoints.ts';

const cells = 4;
const samplesPerCell = 4;
/** Width of one cell in units of the keypoint's σ, as in Lowe's detector. */
const cellSigmas = 3;
/** One more cell than the descriptor has, for the half cells that spill in from outside. */
const grid = (cells + 1) * samplesPerCell;
const patchSide = grid + 2;
const bins = 8;

const patch = new Float32Array(patchSide * patchSide);
const histogram = new Float32Array((cells + 2) * (cells + 2) * (bins + 1));
const lowerCell = new Int32Array(grid);
const upperWeight = new Float32Array(grid);
const windowWeight = new Float32Array(grid);
for (let j = 0; j < grid; j++) {
  const cell = (j + 0.5) / samplesPerCell - 1;
  lowerCell[j] = Math.floor(cell) + 1;
  upperWeight[j] = cell - Math.floor(cell);
  // Gaussian window of half the descriptor's width around its middle.
  const fromMiddle = (cell - (cells - 1) / 2) / (cells / 2);
  windowWeight[j] = Math.exp(-0.5 * fromMiddle * fromMiddle);
}

/** Angle of (x, y) in [0, 2π) by a polynomial, good to 0.002 rad: bins are 0.17 rad wide or more. */
function fastAngle(y: number, x: number): number {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const small = ax < ay ? ax : ay;
  const large = ax < ay ? ay : ax;
  if (large === 0) return 0;
  const r = small / large;
  const r2 = r * r;
  let angle = ((-0.0464964749 * r2 + 0.15931422) * r2 - 0.327622764) * r2 * r + r;
  if (ay > ax) angle = Math.PI / 2 - angle;
  if (x < 0) angle = Math.PI - angle;
  if (y < 0) angle = 2 * Math.PI - angle;
  return angle >= 2 * Math.PI ? 0 : angle;
}

const orientationBins = 36;
const orientations = new Float32Array(orientationBins);
const smoothed = new Float32Array(orientationBins);

/** At most two dominant gradient directions around the keypoint, in radians. */
export function findOrientations({ octave, levelIdx, x, y, sigma }: Keypoint): number[] {
  const { widthPx: w, heightPx: h, data } = octave.levels[levelIdx];
  const windowSigma = 1.5 * sigma;
  const radius = Math.floor(3 * windowSigma);
  // Large windows lie on strongly blurred levels: a coarser grid sees the same.
  const step = radius > 10 ? 2 : 1;
  const falloff = -0.5 / (windowSigma * windowSigma);
  const xMid = Math.round(x);
  const yMid = Math.round(y);
  orientations.fill(0);
  for (let dy = -radius; dy <= radius; dy += step) {
    const py = yMid + dy;
    if (py < 1 || py >= h - 1) continue;
    for (let dx = -radius; dx <= radius; dx += step) {
      const px = xMid + dx;
      const r2 = (px - x) * (px - x) + (py - y) * (py - y);
      if (px < 1 || px >= w - 1 || r2 > radius * radius) continue;
      const i = py * w + px;
      const gx = data[i + 1] - data[i - 1];
      const gy = data[i + w] - data[i - w];
      const bin = (fastAngle(gy, gx) * orientationBins) / (2 * Math.PI);
      const lower = Math.floor(bin);
      const weight = Math.sqrt(gx * gx + gy * gy) * Math.exp(r2 * falloff);
      const upper = bin - lower;
      orientations[lower % orientationBins] += weight * (1 - upper);
      orientations[(lower + 1) % orientationBins] += weight * upper;
    }
  }
  smoothHistogram();
  return histogramPeaks();
}

function smoothHistogram(): void {
  for (let round = 0; round < 3; round++) {
    for (let b = 0; b < orientationBins; b++) {
      const before = orientations[(b + orientationBins - 1) % orientationBins];
      const after = orientations[(b + 1) % orientationBins];
      smoothed[b] = (before + orientations[b] + after) / 3;
    }
    orientations.set(smoothed);
  }
}

function histogramPeaks(): number[] {
  let highest = 0;
  for (const value of orientations) if (value > highest) highest = value;
  const peaks: { angle: number; value: number }[] = [];
  for (let b = 0; b < orientationBins; b++) {
    const before = orientations[(b + orientationBins - 1) % orientationBins];
    const here = orientations[b];
    const after = orientations[(b + 1) % orientationBins];
    if (here < 0.8 * highest || here <= before || here <= after) continue;
    const offset = (0.5 * (before - after)) / (before - 2 * here + after);
    peaks.push({ angle: ((b + offset) * 2 * Math.PI) / orientationBins, value: here });
  }
  peaks.sort((a, b) => b.value - a.value);
  return peaks.slice(0, 2).map((peak) => peak.angle);
}

/** Writes 128 bytes at `offset`: square roots of the L1-normalised histograms times 512. */
export function describe(keypoint: Keypoint, orientation: number, out: Uint8Array, offset: number): void {
  samplePatch(keypoint, orientation);
  histogram.fill(0);
  const rowStride = (cells + 2) * (bins + 1);
  for (let j = 0; j < grid; j++) {
    const cellRow = lowerCell[j] * rowStride;
    const lowerRow = 1 - upperWeight[j];
    const upperRow = upperWeight[j];
    for (let i = 0; i < grid; i++) {
      const p = (j + 1) * patchSide + i + 1;
      const gx = patch[p + 1] - patch[p - 1];
      const gy = patch[p + patchSide] - patch[p - patchSide];
      const weight = Math.sqrt(gx * gx + gy * gy) * windowWeight[i] * windowWeight[j];
      const bin = fastAngle(gy, gx) * (bins / (2 * Math.PI));
      const lower = Math.floor(bin);
      const upper = bin - lower;
      const at = cellRow + lowerCell[i] * (bins + 1) + lower;
      const left = weight * (1 - upperWeight[i]);
      const right = weight * upperWeight[i];
      const next = at + bins + 1;
      addPair(at, left * lowerRow, upper);
      addPair(next, right * lowerRow, upper);
      addPair(at + rowStride, left * upperRow, upper);
      addPair(next + rowStride, right * upperRow, upper);
    }
  }
  writeRootSift(out, offset);
}

function addPair(at: number, weight: number, upper: number): void {
  const share = weight * upper;
  histogram[at] += weight - share;
  histogram[at + 1] += share;
}

function samplePatch({ octave, levelIdx, x, y, sigma }: Keypoint, orientation: number): void {
  const image: GrayImage = octave.levels[levelIdx];
  const { widthPx: w, heightPx: h, data } = image;
  const step = (cellSigmas * sigma) / samplesPerCell;
  const c = Math.cos(orientation) * step;
  const s = Math.sin(orientation) * step;
  const middle = (patchSide - 1) / 2;
  const xMax = w - 1.001;
  const yMax = h - 1.001;
  for (let j = 0, p = 0; j < patchSide; j++) {
    let px = x - c * middle - s * (j - middle);
    let py = y - s * middle + c * (j - middle);
    for (let i = 0; i < patchSide; i++, p++, px += c, py += s) {
      const qx = px < 0 ? 0 : px > xMax ? xMax : px;
      const qy = py < 0 ? 0 : py > yMax ? yMax : py;
      const ix = qx | 0;
      const iy = qy | 0;
      const fx = qx - ix;
      const at = iy * w + ix;
      const top = data[at] + fx * (data[at + 1] - data[at]);
      const bottom = data[at + w] + fx * (data[at + w + 1] - data[at + w]);
      patch[p] = top + (qy - iy) * (bottom - top);
    }
  }
}

const values = new Float32Array(cells * cells * bins);

function writeRootSift(out: Uint8Array, offset: number): void {
  let squares = 0;
  for (let r = 0, v = 0; r < cells; r++) {
    for (let c = 0; c < cells; c++) {
      const at = ((r + 1) * (cells + 2) + c + 1) * (bins + 1);
      // The ninth bin is the first one again.
      histogram[at] += histogram[at + bins];
      for (let b = 0; b < bins; b++, v++) {
        values[v] = histogram[at + b];
        squares += values[v] * values[v];
      }
    }
  }
  const ceiling = 0.2 * Math.sqrt(squares);
  let sum = 0;
  for (let v = 0; v < values.length; v++) {
    if (values[v] > ceiling) values[v] = ceiling;
    sum += values[v];
  }
  const scale = sum > 0 ? 1 / sum : 0;
  for (let v = 0; v < values.length; v++) {
    out[offset + v] = Math.min(255, Math.round(512 * Math.sqrt(values[v] * scale)));
  }
}
