// Pixels for the engine: sizes and resampling as methods ask for them.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openPhoto } from '../../../../projects/import/decode.ts';
import { temporaryFolder } from '../../../support/project-fixtures.ts';

/** 200 × 100, red rising to the right, green rising downwards. */
async function ramp(): Promise<string> {
  const data = Buffer.alloc(200 * 100 * 3);
  for (let idx = 0; idx < 200 * 100; idx++) {
    data[idx * 3] = idx % 200;
    data[idx * 3 + 1] = Math.floor(idx / 200);
  }
  const path = join(await temporaryFolder(), 'ramp.png');
  await sharp(data, { raw: { width: 200, height: 100, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

describe('a photo is read', () => {
  test('inside a box with its aspect kept, without growing unless that is asked for', async () => {
    const photo = openPhoto(await ramp());
    const size = async (widthPx: number, heightPx: number, enlarge?: boolean) => {
      const image = await photo.read({ widthPx, heightPx, fit: 'inside', enlarge });
      expect(image.data).toHaveLength(image.widthPx * image.heightPx * 3);
      return [image.widthPx, image.heightPx];
    };
    expect(await size(100, 100)).toEqual([100, 50]);
    expect(await size(51, 1000)).toEqual([51, 26]);
    expect(await size(1000, 1000)).toEqual([200, 100]);
    expect(await size(1000, 1000, true)).toEqual([1000, 500]);
  });

  test('filling a box whatever its aspect', async () => {
    const photo = openPhoto(await ramp());
    const image = await photo.read({ widthPx: 64, heightPx: 64, fit: 'fill' });
    expect([image.widthPx, image.heightPx]).toEqual([64, 64]);
    const enlarged = await photo.read({ widthPx: 400, heightPx: 400, fit: 'fill' });
    expect([enlarged.widthPx, enlarged.heightPx]).toEqual([400, 400]);
  });

  test('at its own size bit by bit, and without shift at half of it', async () => {
    const photo = openPhoto(await ramp());
    const whole = await photo.read({ widthPx: 200, heightPx: 100, fit: 'inside' });
    expect([...whole.data.subarray(0, 6)]).toEqual([0, 0, 0, 1, 0, 0]);
    for (const kernel of ['lanczos3', 'cubic', 'linear'] as const) {
      const half = await photo.read({ widthPx: 100, heightPx: 50, fit: 'inside', kernel });
      // The middle of pixel (50, 25) lies at (101, 51) of the original, whose ramp has there 100.5 and 50.5; rounding adds ½.
      const at = (25 * 100 + 50) * 3;
      expect(Math.abs(half.data[at] - 100.5)).toBeLessThanOrEqual(1);
      expect(Math.abs(half.data[at + 1] - 50.5)).toBeLessThanOrEqual(1);
    }
  });

  test('as grey in three equal channels, and transparent pixels as white', async () => {
    const folder = await temporaryFolder();
    const grey = join(folder, 'grey.jpg');
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#646464' } })
      .greyscale()
      .jpeg()
      .toFile(grey);
    const image = await openPhoto(grey).read({ widthPx: 64, heightPx: 64, fit: 'fill' });
    expect([...image.data.subarray(0, 3)]).toEqual([100, 100, 100]);
    const clear = join(folder, 'clear.png');
    await sharp({ create: { width: 64, height: 64, channels: 4, background: '#00000000' } })
      .png()
      .toFile(clear);
    const shown = await openPhoto(clear).read({ widthPx: 8, heightPx: 8, fit: 'fill' });
    expect([...shown.data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });
});

test('a photo that vanishes or breaks during a run is answered with a sentence', async () => {
  const path = await ramp();
  const photo = openPhoto(path);
  await photo.read({ widthPx: 10, heightPx: 10, fit: 'inside' });
  await writeFile(path, 'no picture');
  await expect(photo.read({ widthPx: 10, heightPx: 10, fit: 'inside' })).rejects.toMatchObject({
    code: 'photo-unreadable',
  });
  await rm(path);
  await expect(photo.read({ widthPx: 10, heightPx: 10, fit: 'inside' })).rejects.toMatchObject({
    code: 'photo-missing',
    message: 'ramp.png is no longer where it was.',
  });
});
