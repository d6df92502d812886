// How like a photo a rendered view is: PSNR and SSIM over the pixels that count.

import type { RgbImage } from '../run/reconstructor.ts';

export interface PictureScores {
  /** Decibels; Infinity for equal pictures. */
  psnr: number;
  /** −1…1 */
  ssim: number;
  /** Share of the pixels that counted. */
  coverage: number;
}

/**
 * PSNR over the three sRGB channels of the counted pixels, and mean SSIM of the luma (BT.601) over windows whose centre counts.
 * SSIM as in Wang et al. 2004: Gaussian window 11×11 with σ 1.5, K1 0.01, K2 0.03, range 255; only windows wholly inside the picture.
 * @param counted height × width, non-zero where a pixel counts; null counts all
 */
export function comparePictures(rendered: RgbImage, photo: RgbImage, counted: Uint8Array | null): PictureScores {
  const { widthPx: width, heightPx: height } = photo;
  if (rendered.widthPx !== width || rendered.heightPx !== height)
    throw new RangeError('Pictures of different sizes cannot be compared.');
  let squares = 0;
  let pixels = 0;
  for (let at = 0; at < width * height; at++) {
    if (counted !== null && counted[at] === 0) continue;
    pixels++;
    for (let k = 0; k < 3; k++) squares += (rendered.data[3 * at + k] - photo.data[3 * at + k]) ** 2;
  }
  const psnr = pixels === 0 ? NaN : 10 * Math.log10((255 * 255 * 3 * pixels) / squares);
  return {
    psnr,
    ssim: meanSsim(luma(rendered), luma(photo), width, height, counted),
    coverage: pixels / (width * height),
  };
}

function luma({ data }: RgbImage): Float32Array {
  return Float32Array.from(
    { length: data.length / 3 },
    (_, at) => 0.299 * data[3 * at] + 0.587 * data[3 * at + 1] + 0.114 * data[3 * at + 2],
  );
}

const radius = 5;
const kernel = ((): Float64Array => {
  const raw = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * 1.5 * 1.5)));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
})();

function meanSsim(a: Float32Array, b: Float32Array, width: number, height: number, counted: Uint8Array | null): number {
  const product = (x: Float32Array, y: Float32Array): Float32Array => x.map((value, i) => value * y[i]);
  const [ma, mb, aa, bb, ab] = [a, b, product(a, a), product(b, b), product(a, b)].map((plane) =>
    blur(plane, width, height),
  );
  const c1 = (0.01 * 255) ** 2;
  const c2 = (0.03 * 255) ** 2;
  let sum = 0;
  let windows = 0;
  for (let y = radius; y < height - radius; y++)
    for (let x = radius; x < width - radius; x++) {
      const i = y * width + x;
      if (counted !== null && counted[i] === 0) continue;
      const va = aa[i] - ma[i] * ma[i];
      const vb = bb[i] - mb[i] * mb[i];
      const covariance = ab[i] - ma[i] * mb[i];
      sum += ((2 * ma[i] * mb[i] + c1) * (2 * covariance + c2)) / ((ma[i] ** 2 + mb[i] ** 2 + c1) * (va + vb + c2));
      windows++;
    }
  return windows === 0 ? NaN : sum / windows;
}

/** Separable Gaussian; only pixels at least `radius` from the rim are meaningful. */
function blur(plane: Float32Array, width: number, height: number): Float64Array {
  const rows = new Float64Array(plane.length);
  for (let y = 0; y < height; y++)
    for (let x = radius; x < width - radius; x++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += kernel[k + radius] * plane[y * width + x + k];
      rows[y * width + x] = sum;
    }
  const out = new Float64Array(plane.length);
  for (let y = radius; y < height - radius; y++)
    for (let x = radius; x < width - radius; x++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) sum += kernel[k + radius] * rows[(y + k) * width + x];
      out[y * width + x] = sum;
    }
  return out;
}
