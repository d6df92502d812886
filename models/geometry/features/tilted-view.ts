// A photo as it would look to a camera that sees the surface from the side: what affine-invariant matching simulates.
//
// J.-M. Morel and G. Yu, "ASIFT: a new framework for fully affine invariant image comparison", SIAM J. Imaging Sciences 2009, section 3:
// a turn by φ, then a compression by the tilt t along x, blurred before it by 0.8 · √(t² − 1) against aliasing.

import type { RgbImage } from '../../run/reconstructor.ts';

export interface TiltedView {
  image: RgbImage;
  /** Pixel of the photo that lies at a pixel of the view. */
  photoFromView(x: number, y: number): [number, number];
}

/** @param turn φ in radians */
export function tiltedView(photo: RgbImage, tilt: number, turn: number): TiltedView {
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  const { widthPx: w, heightPx: h } = photo;
  const left = Math.min(0, c * w, -s * h, c * w - s * h);
  const top = Math.min(0, s * w, c * h, s * w + c * h);
  const turnedWidthPx = Math.ceil(Math.max(0, c * w, -s * h, c * w - s * h) - left);
  const heightPx = Math.ceil(Math.max(0, s * w, c * h, s * w + c * h) - top);
  const photoFromTurned = (x: number, y: number): [number, number] => [
    c * (x + left) + s * (y + top),
    -s * (x + left) + c * (y + top),
  ];
  const turned = new Float32Array(3 * turnedWidthPx * heightPx);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < turnedWidthPx; x++, at += 3) {
      sample(photo, photoFromTurned(x + 0.5, y + 0.5), turned, at);
    }
  }
  const image = compressed(turned, turnedWidthPx, heightPx, tilt);
  return { image, photoFromView: (x, y) => photoFromTurned(x * tilt, y) };
}

/** Linear interpolation; beyond the border the photo goes on as it ends. */
function sample(
  { widthPx: w, heightPx: h, data }: RgbImage,
  [x, y]: [number, number],
  out: Float32Array,
  at: number,
): void {
  const qx = Math.min(w - 1.001, Math.max(0, x - 0.5));
  const qy = Math.min(h - 1.001, Math.max(0, y - 0.5));
  const ix = Math.floor(qx);
  const iy = Math.floor(qy);
  const fx = qx - ix;
  const fy = qy - iy;
  const i = 3 * (iy * w + ix);
  for (let k = 0; k < 3; k++) {
    const upper = data[i + k] + fx * (data[i + 3 + k] - data[i + k]);
    const lower = data[i + 3 * w + k] + fx * (data[i + 3 * w + 3 + k] - data[i + 3 * w + k]);
    out[at + k] = upper + fy * (lower - upper);
  }
}

/** Blur and compression along x in one pass: only the samples that stay are blurred. */
function compressed(data: Float32Array, w: number, heightPx: number, tilt: number): RgbImage {
  const sigma = 0.8 * Math.sqrt(tilt * tilt - 1);
  const radius = Math.ceil(3 * sigma);
  const widthPx = Math.max(1, Math.floor(w / tilt));
  const out = new Uint8Array(3 * widthPx * heightPx);
  for (let x = 0; x < widthPx; x++) {
    const middle = (x + 0.5) * tilt - 0.5;
    const from = Math.max(0, Math.ceil(middle - radius));
    const to = Math.min(w - 1, Math.floor(middle + radius));
    const weights = Float64Array.from({ length: to - from + 1 }, (_, k) =>
      Math.exp(-((from + k - middle) ** 2) / (2 * sigma * sigma)),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let y = 0; y < heightPx; y++) {
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let i = from, at = 3 * (y * w + from) + k; i <= to; i++, at += 3) sum += weights[i - from] * data[at];
        out[3 * (y * widthPx + x) + k] = Math.round(sum / total);
      }
    }
  }
  return { widthPx, heightPx, data: out };
}
