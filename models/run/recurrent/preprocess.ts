// How a photo becomes the network's picture: exactly the loader of CUT3R and DUSt3R (model-facts 1.7).

import { StudioFailure } from '../../../projects/format/result.ts';
import { pinhole, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoSource } from '../reconstructor.ts';

export interface PicturePlan {
  /** The whole photo resized. */
  resizedWidthPx: number;
  resizedHeightPx: number;
  kernel: 'lanczos3' | 'cubic';
  /** The part that the network sees, in pixels of the resized photo. */
  leftPx: number;
  topPx: number;
  widthPx: number;
  heightPx: number;
}

export interface Picture extends PicturePlan {
  /** 3 × height × width in −1…1. */
  planes: Float32Array;
  /** height × width × 3 sRGB. */
  colors: Uint8Array;
}

/**
 * @param style 'long': long side becomes `sizePx`, sides are cropped to multiples of 16, a square loses a quarter of its height;
 *   'square': short side becomes `sizePx`, the middle square is cut out
 * @returns null when the photo is too narrow for one patch
 */
export function planPicture(
  photo: { widthPx: number; heightPx: number },
  style: 'long' | 'square',
  sizePx: number,
  patchPx: number,
): PicturePlan | null {
  const long = Math.max(photo.widthPx, photo.heightPx);
  const short = Math.min(photo.widthPx, photo.heightPx);
  const target = style === 'long' ? sizePx : Math.round((sizePx * long) / short);
  const resizedWidthPx = Math.round((photo.widthPx * target) / long);
  const resizedHeightPx = Math.round((photo.heightPx * target) / long);
  const cx = Math.floor(resizedWidthPx / 2);
  const cy = Math.floor(resizedHeightPx / 2);
  const half = patchPx / 2;
  let halfWidth = Math.floor((2 * cx) / patchPx) * half;
  let halfHeight = Math.floor((2 * cy) / patchPx) * half;
  if (style === 'square') halfWidth = halfHeight = Math.min(halfWidth, halfHeight);
  // The quarter is taken in whole patches: at 512 that is the loader's 384.
  else if (resizedWidthPx === resizedHeightPx)
    halfHeight = Math.max(half, Math.floor((halfWidth * 0.75) / half) * half);
  if (halfWidth === 0 || halfHeight === 0) return null;
  return {
    resizedWidthPx,
    resizedHeightPx,
    kernel: long > target ? 'lanczos3' : 'cubic',
    leftPx: cx - halfWidth,
    topPx: cy - halfHeight,
    widthPx: 2 * halfWidth,
    heightPx: 2 * halfHeight,
  };
}

/** What of a photo is needed to make a picture of it. */
export type PictureSource = Pick<PhotoSource, 'name' | 'widthPx' | 'heightPx' | 'read'>;

/** @throws StudioFailure 'photo-unreadable' */
export async function readPicture(
  photo: PictureSource,
  style: 'long' | 'square',
  sizePx: number,
  patchPx: number,
): Promise<Picture> {
  const plan = planPicture(photo, style, sizePx, patchPx);
  if (!plan)
    throw new StudioFailure('photo-unreadable', { name: photo.name, reason: 'it is too narrow for this method.' });
  const { resizedWidthPx, resizedHeightPx, leftPx, topPx, widthPx, heightPx } = plan;
  const { data } = await photo.read({
    widthPx: resizedWidthPx,
    heightPx: resizedHeightPx,
    fit: 'fill',
    enlarge: true,
    kernel: plan.kernel,
  });
  const pixels = widthPx * heightPx;
  const planes = new Float32Array(3 * pixels);
  const colors = new Uint8Array(3 * pixels);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const from = 3 * ((y + topPx) * resizedWidthPx + x + leftPx);
      const to = y * widthPx + x;
      for (let c = 0; c < 3; c++) {
        const value = data[from + c];
        colors[3 * to + c] = value;
        planes[c * pixels + to] = (value / 255 - 0.5) / 0.5;
      }
    }
  return { ...plan, planes, colors };
}

/** The camera in pixels of the whole photo, from a focal length in pixels of the network's picture. */
export function photoIntrinsics(
  photo: { widthPx: number; heightPx: number },
  plan: PicturePlan,
  focalPx: number,
): Intrinsics {
  const sx = photo.widthPx / plan.resizedWidthPx;
  const sy = photo.heightPx / plan.resizedHeightPx;
  return {
    ...pinhole(photo.widthPx, photo.heightPx, focalPx * sx),
    fyPx: focalPx * sy,
    cxPx: (plan.leftPx + plan.widthPx / 2) * sx,
    cyPx: (plan.topPx + plan.heightPx / 2) * sy,
  };
}
