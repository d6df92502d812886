// Writes rendered views: the photo as a camera would leave it, and depth, classes and things as pictures.

import { join } from 'node:path';
import sharp from 'sharp';
import type { Intrinsics } from '../format/intrinsics.ts';
import type { RenderedView } from './render-scene.ts';

/** `images/<name>.jpg` with focal length and camera in EXIF; the folder exists. @returns its path */
export async function writePhoto(
  folder: string,
  name: string,
  { rgb, widthPx, heightPx }: RenderedView,
  camera: Intrinsics,
): Promise<string> {
  const path = join(folder, 'images', `${name}.jpg`);
  await sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .withExif({
      IFD0: { Make: 'Permanence', Model: 'Sample camera' },
      IFD2: { FocalLengthIn35mmFilm: String(focal35Mm(camera)) },
    })
    .jpeg({ quality: 92 })
    .toFile(path);
  return path;
}

/** Focal length of a 36 × 24 mm camera with the same diagonal angle of view, whole millimetres as phones write it. */
function focal35Mm({ fxPx, widthPx, heightPx }: Intrinsics): number {
  return Math.round((fxPx * Math.hypot(36, 24)) / Math.hypot(widthPx, heightPx));
}

/** `depth/`, `instances/` (16 bit) and `labels/` (8 bit) `<name>.png`; the folders exist. Depth in millimetres, 0 none. */
export async function writeMaps(folder: string, name: string, view: RenderedView): Promise<void> {
  const raw = { width: view.widthPx, height: view.heightPx, channels: 1 as const };
  const millimetres = Uint16Array.from(view.depth, (metres) => Math.min(65535, Math.round(metres * 1000)));
  const maps = [
    ['depth', sharp(millimetres, { raw }).toColourspace('grey16')],
    ['instances', sharp(view.instances, { raw }).toColourspace('grey16')],
    ['labels', sharp(view.labels, { raw }).toColourspace('b-w')],
  ] as const;
  for (const [kind, picture] of maps)
    await picture.png({ compressionLevel: 9 }).toFile(join(folder, kind, `${name}.png`));
}

/** Folders below the output of a rendering. */
export const outputFolders = ['images', 'depth', 'labels', 'instances', 'gt'] as const;
