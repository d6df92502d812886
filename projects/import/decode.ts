// Pixels for the engine: the upright picture of a photo at the size a method asks for.

import sharp from 'sharp';
import { openPicture, type Picture } from './photo/picture.ts';
import { readPhotoFile, unreadable } from './photo/read-file.ts';
import { reasonOf } from './photo/reason.ts';

export interface ReadSize {
  widthPx: number;
  heightPx: number;
  /** 'inside' keeps the aspect; 'fill' gives exactly this size. */
  fit: 'inside' | 'fill';
  /** May a picture that is fitted inside grow beyond its own size? Default no. */
  enlarge?: boolean;
  /** Default 'lanczos3'. */
  kernel?: 'lanczos3' | 'cubic' | 'linear';
}

/** Upright pixels row by row: heightPx × widthPx × 3, sRGB. */
export interface RgbPixels {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}

export interface OpenedPhoto {
  /** Reads the file each time: nothing is held between calls. @throws StudioFailure photo-missing, photo-unreadable */
  read(size: ReadSize): Promise<RgbPixels>;
}

export function openPhoto(absolutePath: string): OpenedPhoto {
  return { read: (size) => read(absolutePath, size) };
}

async function read(path: string, size: ReadSize): Promise<RgbPixels> {
  const picture = await pictureAt(path);
  try {
    const { data, info } = await picture.render((pipeline) =>
      pipeline
        .resize({
          width: size.widthPx,
          height: size.heightPx,
          fit: size.fit,
          withoutEnlargement: size.fit === 'inside' && size.enlarge !== true,
          kernel: size.kernel ?? sharp.kernel.lanczos3,
          // The decoder's own scaling shifts samples by fractions of a pixel; geometry would see it.
          fastShrinkOnLoad: false,
        })
        .removeAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true }),
    );
    return { widthPx: info.width, heightPx: info.height, data };
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
}

/** HEIC takes over a second to decode, and methods read a photo at two or three sizes in a row: the last one is kept. */
let lastHeic: { path: string; picture: Picture } | null = null;

async function pictureAt(path: string): Promise<Picture> {
  if (lastHeic?.path === path) return lastHeic.picture;
  const bytes = await readPhotoFile(path);
  try {
    const picture = await openPicture(bytes, path);
    if (picture.kind === 'heic') lastHeic = { path, picture };
    return picture;
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
}
