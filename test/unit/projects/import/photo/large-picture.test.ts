// A photo that no browser shows gets a large upright stand-in; one that browsers show is served as it is.

import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { largePathOf } from '../../../../../projects/format/layout.ts';
import { largePx, probePhotos } from '../../../../../projects/import/photo/probe.ts';
import { inRepository } from '../../../../../build/sources.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'permanence-large-'))));
afterEach(() => rm(folder, { recursive: true }));

async function probed(path: string): Promise<string> {
  const thumbPath = join(folder, 'p.webp');
  const [answer] = await probePhotos({ files: [{ path, photoId: 'p', thumbPath }] });
  expect(answer).toMatchObject({ ok: true });
  return largePathOf(thumbPath);
}

const picture = (widthPx: number, heightPx: number): Sharp =>
  sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: '#804020' } });

test('a TIFF is shown upright and no larger than a screen', async () => {
  const path = join(folder, 'scan.tif');
  // Orientation 6: the camera was turned, the upright picture is tall.
  await writeFile(path, await picture(3000, 1500).withMetadata({ orientation: 6 }).tiff().toBuffer());
  const { width, height, format } = await sharp(await probed(path)).metadata();
  expect([width, height, format]).toEqual([largePx / 2, largePx, 'webp']);
});

test('a small HEIC is shown at its own size, also under the name of a JPEG', async () => {
  const path = join(folder, 'IMG_1.jpg');
  await copyFile(inRepository('test', 'fixtures', 'photos', 'quarters.heic'), path);
  const large = await sharp(await probed(path)).metadata();
  const thumb = await sharp(join(folder, 'p.webp')).metadata();
  expect(large.format).toBe('webp');
  expect(large.width! >= thumb.width!).toBe(true);
});

test.each(['jpeg', 'png', 'webp', 'avif'] as const)('a %s needs no stand-in', async (format) => {
  const path = join(folder, `a.${format}`);
  await writeFile(path, await picture(64, 48).toFormat(format).toBuffer());
  expect(existsSync(await probed(path))).toBe(false);
});
