// Ellipses blended front to back into a picture, and the gradients of every ellipse from those of the picture.
//
// Kerbl et al. 2023, equations 3 and 4: a pixel's colour is Σ c·α·T with T the light that earlier ones left over. The way back goes front to back
// as well: what is still to come behind an ellipse is the whole picture minus what came before, so nothing is kept per pixel and ellipse.
// Along a row, a Gaussian's next value is its last times a ratio that itself shrinks by a constant ratio: two products instead of an exponential.

import { ellipseStride, gradientStride, smallestAlpha, type Ellipses } from './ellipses.ts';

/** Less light than this left: nothing behind can be seen. */
export const leastLight = 1e-3;
/** Numbers of a pixel on the way there: light left over, red, green, blue. */
const pixelStride = 4;
/** And on the way back: light left over, gradient of red, green, blue, and of what is still to come. */
const backStride = 5;

/** Room for one picture; used again for every view of that size. */
export class Blend {
  readonly widthPx: number;
  readonly heightPx: number;
  /** height × width × 4: light left over, then red, green, blue 0…1 without a background. */
  readonly pixels: Float32Array;
  readonly #back: Float32Array;
  /** Pairs of an ellipse and a pixel in the last pass. */
  pairs = 0;

  constructor(widthPx: number, heightPx: number) {
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.pixels = new Float32Array(pixelStride * widthPx * heightPx);
    this.#back = new Float32Array(backStride * widthPx * heightPx);
  }

  draw({ shapes, order, drawn }: Ellipses): void {
    const { pixels, widthPx, heightPx } = this;
    pixels.fill(0);
    for (let i = 0; i < pixels.length; i += pixelStride) pixels[i] = 1;
    let pairs = 0;
    for (let n = 0; n < drawn; n++) {
      const e = ellipseStride * order[n];
      const x = shapes[e];
      const y = shapes[e + 1];
      const a = shapes[e + 2];
      const b = shapes[e + 3];
      const c = shapes[e + 4];
      const opacity = shapes[e + 5];
      const red = shapes[e + 6];
      const green = shapes[e + 7];
      const blue = shapes[e + 8];
      const limit = 2 * Math.log(opacity / smallestAlpha);
      const determinant = a * c - b * b;
      const shrink = Math.exp(-a);
      const firstRow = Math.max(0, Math.ceil(y - shapes[e + 9] - 0.5));
      const lastRow = Math.min(heightPx - 1, Math.floor(y + shapes[e + 9] - 0.5));
      for (let row = firstRow; row <= lastRow; row++) {
        const dy = row + 0.5 - y;
        const inside = a * limit - determinant * dy * dy;
        if (inside <= 0) continue;
        const half = Math.sqrt(inside) / a;
        const middle = x - (b * dy) / a - 0.5;
        const first = Math.max(0, Math.ceil(middle - half));
        const last = Math.min(widthPx - 1, Math.floor(middle + half));
        if (first > last) continue;
        pairs += last - first + 1;
        const dx = first + 0.5 - x;
        let alpha = opacity * Math.exp(-0.5 * (a * dx * dx + 2 * b * dx * dy + c * dy * dy));
        let ratio = Math.exp(-(a * (dx + 0.5) + b * dy));
        const end = pixelStride * (row * widthPx + last);
        for (let p = pixelStride * (row * widthPx + first); p <= end; p += pixelStride) {
          const light = pixels[p];
          if (light >= leastLight) {
            const weight = light * alpha;
            pixels[p] = light - weight;
            pixels[p + 1] += weight * red;
            pixels[p + 2] += weight * green;
            pixels[p + 3] += weight * blue;
          }
          alpha *= ratio;
          ratio *= shrink;
        }
      }
    }
    this.pairs = pairs;
  }

  /**
   * @param pictureGradient height × width × 3: of the colours over the background
   * @param background red, green, blue 0…1
   * @param out count × `gradientStride`, in the order of the shapes; written for every ellipse that is drawn, zero for the others
   */
  backward(
    { count, shapes, order, drawn }: Ellipses,
    pictureGradient: Float32Array,
    background: readonly number[],
    out: Float32Array,
  ): void {
    const { pixels, widthPx, heightPx } = this;
    const back = this.#back;
    for (let p = 0, g = 0, s = 0; g < pictureGradient.length; p += pixelStride, g += 3, s += backStride) {
      const r = pictureGradient[g];
      const gr = pictureGradient[g + 1];
      const b = pictureGradient[g + 2];
      const light = pixels[p];
      back[s] = 1;
      back[s + 1] = r;
      back[s + 2] = gr;
      back[s + 3] = b;
      back[s + 4] =
        r * (pixels[p + 1] + light * background[0]) +
        gr * (pixels[p + 2] + light * background[1]) +
        b * (pixels[p + 3] + light * background[2]);
    }
    out.fill(0, 0, gradientStride * count);
    for (let n = 0; n < drawn; n++) {
      const e = ellipseStride * order[n];
      const x = shapes[e];
      const y = shapes[e + 1];
      const a = shapes[e + 2];
      const b = shapes[e + 3];
      const c = shapes[e + 4];
      const opacity = shapes[e + 5];
      const red = shapes[e + 6];
      const green = shapes[e + 7];
      const blue = shapes[e + 8];
      const limit = 2 * Math.log(opacity / smallestAlpha);
      const determinant = a * c - b * b;
      const shrink = Math.exp(-a);
      const firstRow = Math.max(0, Math.ceil(y - shapes[e + 9] - 0.5));
      const lastRow = Math.min(heightPx - 1, Math.floor(y + shapes[e + 9] - 0.5));
      // Moments of what each pixel says about the logarithm of the Gaussian.
      let m0 = 0;
      let mx = 0;
      let my = 0;
      let mxx = 0;
      let mxy = 0;
      let myy = 0;
      let gRed = 0;
      let gGreen = 0;
      let gBlue = 0;
      for (let row = firstRow; row <= lastRow; row++) {
        const dy = row + 0.5 - y;
        const inside = a * limit - determinant * dy * dy;
        if (inside <= 0) continue;
        const half = Math.sqrt(inside) / a;
        const middle = x - (b * dy) / a - 0.5;
        const first = Math.max(0, Math.ceil(middle - half));
        const last = Math.min(widthPx - 1, Math.floor(middle + half));
        if (first > last) continue;
        let dx = first + 0.5 - x;
        let alpha = opacity * Math.exp(-0.5 * (a * dx * dx + 2 * b * dx * dy + c * dy * dy));
        let ratio = Math.exp(-(a * (dx + 0.5) + b * dy));
        let r0 = 0;
        let r1 = 0;
        let r2 = 0;
        const end = backStride * (row * widthPx + last);
        for (let s = backStride * (row * widthPx + first); s <= end; s += backStride) {
          const light = back[s];
          if (light >= leastLight) {
            const gr = back[s + 1];
            const gg = back[s + 2];
            const gb = back[s + 3];
            const weight = light * alpha;
            const own = gr * red + gg * green + gb * blue;
            const behind = back[s + 4] - weight * own;
            back[s] = light - weight;
            back[s + 4] = behind;
            gRed += weight * gr;
            gGreen += weight * gg;
            gBlue += weight * gb;
            const term = weight * own - (behind * alpha) / (1 - alpha);
            r0 += term;
            r1 += term * dx;
            r2 += term * dx * dx;
          }
          dx++;
          alpha *= ratio;
          ratio *= shrink;
        }
        m0 += r0;
        mx += r1;
        my += r0 * dy;
        mxx += r2;
        mxy += r1 * dy;
        myy += r0 * dy * dy;
      }
      const g = gradientStride * order[n];
      out[g] = a * mx + b * my;
      out[g + 1] = b * mx + c * my;
      out[g + 2] = -0.5 * mxx;
      out[g + 3] = -mxy;
      out[g + 4] = -0.5 * myy;
      out[g + 5] = m0 * (1 - opacity);
      out[g + 6] = gRed;
      out[g + 7] = gGreen;
      out[g + 8] = gBlue;
    }
  }
}
