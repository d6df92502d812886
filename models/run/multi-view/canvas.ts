// One size for all pictures of a run, because a window's photos must be equally large: photos of other shapes are framed in white, as VGGT's loader does.

import type { PhotoSource } from '../reconstructor.ts';
import type { Picture, PicturePlan, PictureSource } from '../recurrent/preprocess.ts';
import type { SeenView } from './view-network.ts';

export interface Canvas {
  widthPx: number;
  heightPx: number;
}

type Shape = Pick<PhotoSource, 'widthPx' | 'heightPx'>;

/** Whole patches nearest to the photo's shape, its long side at most `sizePx`. */
function patchesOf({ widthPx, heightPx }: Shape, sizePx: number, patchPx: number): Canvas {
  const scale = sizePx / Math.max(widthPx, heightPx);
  const side = (length: number): number => {
    const most = Math.floor(sizePx / patchPx);
    return patchPx * Math.max(1, Math.min(most, Math.round((length * scale) / patchPx)));
  };
  return { widthPx: side(widthPx), heightPx: side(heightPx) };
}

/** The smallest that holds every photo. */
export function canvasFor(photos: readonly Shape[], sizePx: number, patchPx: number): Canvas {
  const shapes = photos.map((photo) => patchesOf(photo, sizePx, patchPx));
  return {
    widthPx: Math.max(...shapes.map(({ widthPx }) => widthPx)),
    heightPx: Math.max(...shapes.map(({ heightPx }) => heightPx)),
  };
}

/** Where on the canvas a photo lies; everything else speaks of its own part. */
export interface FramePlan extends PicturePlan {
  frame: { leftPx: number; topPx: number } & Canvas;
}

/** `planes` are the whole canvas, `colors` the photo's own part. */
export type FramedPicture = FramePlan & Pick<Picture, 'planes' | 'colors'>;

/** A photo that came later and is taller or wider than the canvas is made smaller. */
export function planFrame(photo: Shape, canvas: Canvas, sizePx: number, patchPx: number): FramePlan {
  const whole = patchesOf(photo, sizePx, patchPx);
  const shrink = Math.min(1, canvas.widthPx / whole.widthPx, canvas.heightPx / whole.heightPx);
  const fitted = shrink === 1 ? whole : patchesOf(photo, Math.max(patchPx, Math.floor(sizePx * shrink)), patchPx);
  const widthPx = Math.min(canvas.widthPx, fitted.widthPx);
  const heightPx = Math.min(canvas.heightPx, fitted.heightPx);
  return {
    resizedWidthPx: widthPx,
    resizedHeightPx: heightPx,
    kernel: widthPx < photo.widthPx ? 'lanczos3' : 'cubic',
    leftPx: 0,
    topPx: 0,
    widthPx,
    heightPx,
    frame: {
      ...canvas,
      leftPx: Math.floor((canvas.widthPx - widthPx) / 2),
      topPx: Math.floor((canvas.heightPx - heightPx) / 2),
    },
  };
}

/** @throws StudioFailure 'photo-unreadable' */
export async function readFramed(photo: PictureSource, plan: FramePlan): Promise<FramedPicture> {
  const { widthPx, heightPx, kernel, frame } = plan;
  const { data } = await photo.read({ widthPx, heightPx, fit: 'fill', enlarge: true, kernel });
  const pixels = frame.widthPx * frame.heightPx;
  const planes = new Float32Array(3 * pixels).fill(1);
  for (let y = 0, i = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++)
      for (let c = 0; c < 3; c++, i++)
        planes[c * pixels + (y + frame.topPx) * frame.widthPx + x + frame.leftPx] = data[i] / 127.5 - 1;
  return { ...plan, planes, colors: data };
}

/** The photo's own part of what was said of its canvas. */
export function withoutFrame(view: SeenView, { widthPx, heightPx, frame }: FramePlan): SeenView {
  if (widthPx === frame.widthPx && heightPx === frame.heightPx) return view;
  const cut = (data: Float32Array, each: number): Float32Array => {
    const out = new Float32Array(each * widthPx * heightPx);
    for (let y = 0; y < heightPx; y++) {
      const from = each * ((y + frame.topPx) * frame.widthPx + frame.leftPx);
      out.set(data.subarray(from, from + each * widthPx), each * y * widthPx);
    }
    return out;
  };
  const part = { widthPx, heightPx };
  const { points, confidences, second } = view;
  return {
    ...view,
    ...part,
    points: cut(points, 3),
    confidences: cut(confidences, 1),
    second: second && { ...part, points: cut(second.points, 3), confidences: cut(second.confidences, 1) },
  };
}
