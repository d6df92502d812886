// Small photos that differ by their number, and folders of them.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { temporaryFolder } from './project-fixtures.ts';
import { ascii, tiffBytes, withExif } from './tiff-builder.ts';

/** A picture whose content follows from its number. */
export async function jpeg(n: number, takenAt: string | null = null): Promise<Buffer> {
  const data = Buffer.alloc(64 * 48 * 3, (n * 37) % 256);
  data.writeUInt32LE(n, 0);
  const bytes = await sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
    .jpeg({ quality: 90 })
    .withXmp(`<x n="${n}"/>`)
    .toBuffer();
  return takenAt ? withExif(bytes, tiffBytes({}, { 0x9003: ascii(takenAt) })) : bytes;
}

export async function folderOf(files: Record<string, Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}
