// A grey picture at halved sizes, for matching from coarse to fine.

import type { GrayImage } from '../features/gray-image.ts';

/** Means of 2 × 2 samples: pixel (x, y) of a level, counted from its border, is pixel (x / 2, y / 2) of the next. */
export function pyramidOf(image: GrayImage, levels: number): GrayImage[] {
  const all = [image];
  while (all.length < levels) all.push(halfOf(all[all.length - 1]));
  return all;
}

function halfOf({ widthPx, heightPx, data }: GrayImage): GrayImage {
  const w = widthPx >> 1;
  const h = heightPx >> 1;
  const out = new Float32Array(w * h);
  for (let y = 0, i = 0; y < h; y++)
    for (let x = 0; x < w; x++, i++) {
      const j = 2 * y * widthPx + 2 * x;
      out[i] = 0.25 * (data[j] + data[j + 1] + data[j + widthPx] + data[j + widthPx + 1]);
    }
  return { widthPx: w, heightPx: h, data: out };
}
