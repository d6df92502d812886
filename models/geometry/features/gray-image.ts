// Grey pictures as the feature detector reads them.

import type { RgbImage } from '../../run/reconstructor.ts';
import { eachRow } from '../each-row.ts';

export interface GrayImage {
  widthPx: number;
  heightPx: number;
  /** heightPx × widthPx, 0…1. */
  data: Float32Array;
}

/** Luma of sRGB values (Rec. 601 weights), as classic feature detectors use it. */
export function grayFromRgb({ widthPx, heightPx, data }: RgbImage): GrayImage {
  const gray = new Float32Array(widthPx * heightPx);
  eachRow(heightPx, (y) => {
    for (let i = y * widthPx; i < (y + 1) * widthPx; i++)
      gray[i] = (0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2]) / 255;
  });
  return { widthPx, heightPx, data: gray };
}

/** Twice the size by linear interpolation; sample (2x, 2y) of the result is sample (x, y) of the source. */
export function doubled({ widthPx: w, heightPx: h, data }: GrayImage): GrayImage {
  const out = new Float32Array(4 * w * h);
  eachRow(h, (y) => {
    const row = y * w;
    const below = Math.min(y + 1, h - 1) * w;
    const even = 4 * row;
    const odd = even + 2 * w;
    for (let x = 0; x < w; x++) {
      const right = x + 1 < w ? x + 1 : x;
      const a = data[row + x];
      const b = data[row + right];
      const c = data[below + x];
      const d = data[below + right];
      out[even + 2 * x] = a;
      out[even + 2 * x + 1] = (a + b) * 0.5;
      out[odd + 2 * x] = (a + c) * 0.5;
      out[odd + 2 * x + 1] = (a + b + c + d) * 0.25;
    }
  });
  return { widthPx: 2 * w, heightPx: 2 * h, data: out };
}

/** Every second sample in both directions. */
export function halved({ widthPx, heightPx, data }: GrayImage): GrayImage {
  const w = Math.ceil(widthPx / 2);
  const h = Math.ceil(heightPx / 2);
  const out = new Float32Array(w * h);
  eachRow(h, (y) => {
    for (let x = 0; x < w; x++) out[y * w + x] = data[2 * y * widthPx + 2 * x];
  });
  return { widthPx: w, heightPx: h, data: out };
}
