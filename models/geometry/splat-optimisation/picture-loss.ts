// How far a drawn picture is from a photo, and in which direction every pixel should change: (1 − λ)·L1 + λ·(1 − SSIM), as Kerbl et al. 2023, equation 7.
//
// SSIM (Wang et al. 2004: Gaussian window 11 × 11, σ 1.5, K1 0.01, K2 0.03) is that of the luma, which is a third of the work of three
// channels and what `comparePictures` scores.

/** Weight of the structure term. */
const structureShare = 0.2;
const radius = 5;
const c1 = 0.01 ** 2;
const c2 = 0.03 ** 2;
const lumaWeights = [0.299, 0.587, 0.114] as const;
const kernel = ((): Float64Array => {
  const raw = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * 1.5 * 1.5)));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
})();

/** A photo and which of its pixels count. */
export interface Target {
  /** height × width × 3 sRGB. */
  rgb: Uint8Array;
  /** height × width: 1 where the pixel counts. */
  counted: Uint8Array;
}

/** Room for the loss of pictures of one size. */
export class PictureLoss {
  readonly #width: number;
  readonly #height: number;
  readonly #planes: Float32Array[];
  readonly #rows: Float32Array;

  constructor(widthPx: number, heightPx: number) {
    this.#width = widthPx;
    this.#height = heightPx;
    const plane = (): Float32Array => new Float32Array(widthPx * heightPx);
    this.#planes = Array.from({ length: 9 }, plane);
    this.#rows = plane();
  }

  /**
   * @param picture height × width × 3, 0…1
   * @param gradient as `picture`: written
   * @returns the loss, and of the counted pixels the mean squared error (0…1) and the mean SSIM of the luma
   */
  measure(
    picture: Float32Array,
    { rgb, counted }: Target,
    gradient: Float32Array,
  ): { loss: number; squaredError: number; ssim: number } {
    let pixels = 0;
    for (let i = 0; i < counted.length; i++) pixels += counted[i];
    gradient.fill(0);
    if (pixels === 0) return { loss: 0, squaredError: 0, ssim: 1 };
    const per = (1 - structureShare) / (3 * pixels);
    let absolute = 0;
    let squares = 0;
    for (let pixel = 0; pixel < counted.length; pixel++) {
      if (counted[pixel] === 0) continue;
      for (let i = 3 * pixel; i < 3 * pixel + 3; i++) {
        const difference = picture[i] - rgb[i] / 255;
        absolute += Math.abs(difference);
        squares += difference * difference;
        gradient[i] = difference > 0 ? per : difference < 0 ? -per : 0;
      }
    }
    const ssim = this.#structure(picture, rgb, counted, gradient);
    return {
      loss: ((1 - structureShare) * absolute) / (3 * pixels) + structureShare * (1 - ssim),
      squaredError: squares / (3 * pixels),
      ssim,
    };
  }

  /** Mean SSIM over counted windows; adds its part of the gradient. */
  #structure(picture: Float32Array, rgb: Uint8Array, counted: Uint8Array, gradient: Float32Array): number {
    const width = this.#width;
    const height = this.#height;
    const [own, product, ownMean, ownSquare, both, spare, luma, mean, square] = this.#planes;
    lumaOf(picture, 1, own);
    lumaOf(rgb, 1 / 255, luma);
    this.#blur(own, ownMean);
    this.#blur(luma, mean);
    for (let i = 0; i < own.length; i++) product[i] = own[i] * own[i];
    this.#blur(product, ownSquare);
    for (let i = 0; i < own.length; i++) product[i] = luma[i] * luma[i];
    this.#blur(product, square);
    for (let i = 0; i < own.length; i++) product[i] = own[i] * luma[i];
    this.#blur(product, both);
    let sum = 0;
    let windows = 0;
    // Derivatives of a window's SSIM by its mean, mean square and mean product take the place of what they came from.
    for (let i = 0; i < own.length; i++) {
      const x = i % width;
      const y = (i / width) | 0;
      const whole = x >= radius && y >= radius && x < width - radius && y < height - radius;
      if (!whole || counted[i] === 0) {
        ownMean[i] = ownSquare[i] = both[i] = 0;
        continue;
      }
      const a = ownMean[i];
      const b = mean[i];
      const l1 = 2 * a * b + c1;
      const l2 = a * a + b * b + c1;
      const s1 = 2 * (both[i] - a * b) + c2;
      const s2 = ownSquare[i] - a * a + square[i] - b * b + c2;
      const value = (l1 * s1) / (l2 * s2);
      sum += value;
      windows++;
      ownMean[i] = (2 * b * (s1 - l1)) / (l2 * s2) - 2 * a * value * (1 / l2 - 1 / s2);
      ownSquare[i] = -value / s2;
      both[i] = (2 * l1) / (l2 * s2);
    }
    if (windows === 0) return 1;
    const per = -structureShare / windows;
    this.#blur(ownMean, spare);
    for (let i = 0; i < own.length; i++) product[i] = spare[i];
    this.#blur(ownSquare, spare);
    for (let i = 0; i < own.length; i++) product[i] += 2 * own[i] * spare[i];
    this.#blur(both, spare);
    for (let i = 0; i < own.length; i++) {
      const g = per * (product[i] + luma[i] * spare[i]);
      gradient[3 * i] += lumaWeights[0] * g;
      gradient[3 * i + 1] += lumaWeights[1] * g;
      gradient[3 * i + 2] += lumaWeights[2] * g;
    }
    return sum / windows;
  }

  /** Separable Gaussian; beyond the rim is nothing, which makes it its own transpose. */
  #blur(plane: Float32Array, out: Float32Array): void {
    const [width, height] = [this.#width, this.#height];
    const rows = this.#rows;
    const [k0, k1, k2, k3, k4, k5] = kernel;
    for (let y = 0; y < height; y++) {
      const start = y * width;
      for (let x = 0; x < width; x++) {
        const i = start + x;
        if (x >= radius && x < width - radius)
          rows[i] =
            k0 * (plane[i - 5] + plane[i + 5]) +
            k1 * (plane[i - 4] + plane[i + 4]) +
            k2 * (plane[i - 3] + plane[i + 3]) +
            k3 * (plane[i - 2] + plane[i + 2]) +
            k4 * (plane[i - 1] + plane[i + 1]) +
            k5 * plane[i];
        else {
          let sum = 0;
          for (let k = Math.max(-radius, -x); k <= Math.min(radius, width - 1 - x); k++)
            sum += kernel[k + radius] * plane[i + k];
          rows[i] = sum;
        }
      }
    }
    for (let y = 0; y < height; y++) {
      const start = y * width;
      if (y >= radius && y < height - radius)
        for (let i = start; i < start + width; i++)
          out[i] =
            k0 * (rows[i - 5 * width] + rows[i + 5 * width]) +
            k1 * (rows[i - 4 * width] + rows[i + 4 * width]) +
            k2 * (rows[i - 3 * width] + rows[i + 3 * width]) +
            k3 * (rows[i - 2 * width] + rows[i + 2 * width]) +
            k4 * (rows[i - width] + rows[i + width]) +
            k5 * rows[i];
      else
        for (let i = start; i < start + width; i++) {
          let sum = 0;
          for (let k = Math.max(-radius, -y); k <= Math.min(radius, height - 1 - y); k++)
            sum += kernel[k + radius] * rows[i + k * width];
          out[i] = sum;
        }
    }
  }
}

function lumaOf(rgb: Float32Array | Uint8Array, unit: number, out: Float32Array): void {
  const red = unit * lumaWeights[0];
  const green = unit * lumaWeights[1];
  const blue = unit * lumaWeights[2];
  for (let i = 0; i < out.length; i++) out[i] = red * rgb[3 * i] + green * rgb[3 * i + 1] + blue * rgb[3 * i + 2];
}
