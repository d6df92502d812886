// Small pictures made on the spot, each different from all others.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { NewPhoto } from '../../../projects/store/tables/photos.ts';

/** Writes one PNG per name into a folder. */
export async function writePhotos(
  folder: string,
  names: readonly string[],
  widthPx = 64,
  heightPx = 48,
): Promise<string[]> {
  const paths = names.map((name) => join(folder, name));
  for (const [idx, path] of paths.entries()) await writeFile(path, await picture(names[idx], widthPx, heightPx));
  return paths;
}

/** Noise that depends on the name alone. */
async function picture(name: string, widthPx: number, heightPx: number): Promise<Buffer> {
  let state = [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)!) >>> 0, 7);
  const data = Buffer.alloc(widthPx * heightPx * 3);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png()
    .toBuffer();
}

/** The row of such a picture, as import would make it. */
export function photoRow(path: string, name: string, widthPx = 64, heightPx = 48): NewPhoto {
  return {
    id: name.replace(/[^A-Za-z0-9]/g, '-'),
    path,
    name,
    sha256: `hash of ${name}`,
    widthPx,
    heightPx,
    takenAtMs: null,
    focalPx: null,
    camera: null,
    gps: null,
    prior: null,
  };
}
