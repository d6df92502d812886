// A picture as the sweep sees it: grey, without lens distortion, with the camera and pose that belong to it.

import { rayThroughPixel, resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { Sim3 } from '../../../projects/format/sim3.ts';
import type { RgbImage } from '../../run/reconstructor.ts';
import { eachRow } from '../each-row.ts';

export interface SweepView {
  photoId: PhotoId;
  /** Pinhole without distortion at the size of `grey`. */
  camera: Intrinsics;
  /** heightPx × widthPx, 0…1 (gamma as stored). */
  grey: Float32Array;
  /** Scale is not used. */
  worldFromCamera: Sim3;
}

/** The photo's picture (any size) made ready; `intrinsics` may belong to another size of the same picture. */
export function sweepView(photoId: PhotoId, image: RgbImage, intrinsics: Intrinsics, worldFromCamera: Sim3): SweepView {
  const lens = resized(intrinsics, image.widthPx, image.heightPx);
  const camera = { ...lens, k1: 0, k2: 0 };
  const grey = greyOf(image);
  return { photoId, camera, worldFromCamera, grey: isPinhole(lens) ? grey : undistorted(grey, lens, camera) };
}

export const isPinhole = (camera: Intrinsics): boolean => camera.k1 === 0 && camera.k2 === 0;

/** Luma of BT.601, 0…1. */
export function greyOf({ data, widthPx, heightPx }: RgbImage): Float32Array {
  const grey = new Float32Array(widthPx * heightPx);
  eachRow(heightPx, (row) => {
    for (let i = row * widthPx; i < (row + 1) * widthPx; i++)
      grey[i] = (0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2]) / 255;
  });
  return grey;
}

/** Bilinear; the border is repeated where the lens saw nothing. */
function undistorted(grey: Float32Array, lens: Intrinsics, camera: Intrinsics): Float32Array {
  const { widthPx, heightPx } = camera;
  const out = new Float32Array(grey.length);
  eachRow(heightPx, (row) => {
    const v = (row + 0.5 - camera.cyPx) / camera.fyPx;
    for (let column = 0, i = row * widthPx; column < widthPx; column++, i++) {
      const u = (column + 0.5 - camera.cxPx) / camera.fxPx;
      const r2 = u * u + v * v;
      const d = 1 + r2 * (lens.k1 + r2 * lens.k2);
      out[i] = bilinear(grey, widthPx, heightPx, lens.fxPx * u * d + lens.cxPx, lens.fyPx * v * d + lens.cyPx);
    }
  });
  return out;
}

function bilinear(grey: Float32Array, width: number, height: number, xPx: number, yPx: number): number {
  const x = Math.min(width - 1, Math.max(0, xPx - 0.5));
  const y = Math.min(height - 1, Math.max(0, yPx - 0.5));
  const x0 = Math.min(width - 2, Math.floor(x));
  const y0 = Math.min(height - 2, Math.floor(y));
  const fx = x - x0;
  const fy = y - y0;
  const i = y0 * width + x0;
  const top = grey[i] + (grey[i + 1] - grey[i]) * fx;
  const bottom = grey[i + width] + (grey[i + width + 1] - grey[i + width]) * fx;
  return top + (bottom - top) * fy;
}

/** The view at half the size (2×2 means); odd last rows and columns are dropped, so the camera is shifted by nothing but scaled exactly. */
export function halved(view: SweepView): SweepView {
  const { widthPx, heightPx } = view.camera;
  const w = widthPx >> 1;
  const h = heightPx >> 1;
  const grey = new Float32Array(w * h);
  eachRow(h, (row) => {
    for (let column = 0, i = row * w; column < w; column++, i++) {
      const j = row * 2 * widthPx + column * 2;
      grey[i] = (view.grey[j] + view.grey[j + 1] + view.grey[j + widthPx] + view.grey[j + widthPx + 1]) / 4;
    }
  });
  const { fxPx, fyPx, cxPx, cyPx } = view.camera;
  const camera: Intrinsics = {
    widthPx: w,
    heightPx: h,
    fxPx: fxPx / 2,
    fyPx: fyPx / 2,
    cxPx: cxPx / 2,
    cyPx: cyPx / 2,
    k1: 0,
    k2: 0,
  };
  return { ...view, camera, grey };
}

/** Rays of all pixel centres at depth 1, as three planes x, y, 1 of heightPx × widthPx. */
export function rayPlanes(camera: Intrinsics): Float32Array {
  const { widthPx, heightPx } = camera;
  const n = widthPx * heightPx;
  const rays = new Float32Array(3 * n);
  eachRow(heightPx, (row) => {
    for (let column = 0, i = row * widthPx; column < widthPx; column++, i++) {
      const [x, y] = rayThroughPixel(camera, column + 0.5, row + 0.5);
      rays[i] = x;
      rays[n + i] = y;
      rays[2 * n + i] = 1;
    }
  });
  return rays;
}
