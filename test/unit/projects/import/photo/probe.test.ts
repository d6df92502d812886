// Every kind of picture that the studio reads, and every broken one: a photo or one sentence, never a crash.

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ProbedPhoto } from '../../../../../projects/format/photo-probe.ts';
import { openPhoto } from '../../../../../projects/import/decode.ts';
import { probePhotos } from '../../../../../projects/import/photo/probe.ts';
import { temporaryFolder } from '../../../../support/project-fixtures.ts';
import { short, tiffBytes, withExif } from '../../../../support/tiff-builder.ts';

/** Red, green, blue and white quarters, as in the HEIC fixture. */
function quarters(widthPx = 128, heightPx = 96): Sharp {
  const colours = ['#dc1e1e', '#1ec828', '#1e28dc', '#f0f0f0'];
  const half = { width: widthPx / 2, height: heightPx / 2, channels: 3 as const };
  const tiles = colours.map((background, idx) => ({
    input: { create: { ...half, background } },
    left: idx % 2 ? half.width : 0,
    top: idx > 1 ? half.height : 0,
  }));
  return sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: '#000' } }).composite(tiles);
}
/** A picture with detail, so that cutting its file cuts its picture. */
function noise(widthPx = 300, heightPx = 200): Sharp {
  const data = Buffer.alloc(widthPx * heightPx * 3);
  for (let i = 0; i < data.length; i++) data[i] = (i * 2_654_435_761) >>> 24;
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

async function probe(
  name: string,
  bytes: Uint8Array | null,
): Promise<{ answer: ProbedPhoto; path: string; thumbPath: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, name);
  if (bytes) await writeFile(path, bytes);
  const thumbPath = join(folder, 'thumb.webp');
  const [answer] = await probePhotos({ files: [{ path, photoId: 'p', thumbPath }] });
  return { answer, path, thumbPath };
}
const sentenceOf = ({ answer }: { answer: ProbedPhoto }): string => (answer.ok ? 'it was read' : answer.error.sentence);

/** Colours in the middle of the four quarters, as the engine sees them. */
async function seen(path: string, widthPx = 64, heightPx = 48): Promise<number[][]> {
  const image = await openPhoto(path).read({ widthPx, heightPx, fit: 'fill' });
  expect([image.widthPx, image.heightPx, image.data.length]).toEqual([widthPx, heightPx, widthPx * heightPx * 3]);
  const at = (x: number, y: number) => [...image.data.subarray((y * widthPx + x) * 3, (y * widthPx + x) * 3 + 3)];
  const [left, right, top, bottom] = [widthPx / 4, (widthPx * 3) / 4, heightPx / 4, (heightPx * 3) / 4];
  return [at(left, top), at(right, top), at(left, bottom), at(right, bottom)];
}
const red = [220, 30, 30];
const green = [30, 200, 40];
const blue = [30, 40, 220];
const white = [240, 240, 240];
/** Lossy formats and colour conversion keep flat colours within this many of 255 steps. */
const near = (colours: number[][], steps = 6) =>
  colours.map((c) => c.map((value) => expect.toSatisfy((v: number) => Math.abs(v - value) <= steps)));

describe('is read upright and in sRGB:', () => {
  const formats: Record<string, () => Promise<Buffer>> = {
    'a.jpg': () => quarters().jpeg({ quality: 95 }).toBuffer(),
    'a.png': () => quarters().png().toBuffer(),
    'a.webp': () => quarters().webp({ lossless: true }).toBuffer(),
    'a.tif': () => quarters().tiff({ compression: 'lzw' }).toBuffer(),
    'a.avif': () => quarters().avif({ quality: 90, effort: 0 }).toBuffer(),
    'a.gif': () => quarters().gif().toBuffer(),
    '16 bit.png': () => quarters().toColourspace('rgb16').png().toBuffer(),
    'with alpha.png': () => quarters().ensureAlpha(1).png().toBuffer(),
    'wrong ending.png': () => quarters().jpeg({ quality: 95 }).toBuffer(),
    'صورة 📷.jpg': () => quarters().jpeg({ quality: 95 }).toBuffer(),
  };
  for (const [name, make] of Object.entries(formats))
    test(name, async () => {
      const { answer, path, thumbPath } = await probe(name, await make());
      expect(answer).toMatchObject({ ok: true, photoId: 'p', facts: { widthPx: 128, heightPx: 96 }, notices: [] });
      expect(await seen(path)).toEqual(near([red, green, blue, white]));
      expect(await sharp(thumbPath).metadata()).toMatchObject({ format: 'webp', width: 128, height: 96 });
    });

  test('HEIC, turned by its container and not a second time by its EXIF', async () => {
    const path = join(import.meta.dirname, '../../../../fixtures/photos/quarters.heic');
    const { answer } = await probe('a.heic', await readFile(path));
    const takenAtMs = Date.UTC(2024, 4, 6, 7, 8, 9);
    expect(answer).toMatchObject({ ok: true, facts: { widthPx: 96, heightPx: 128, takenAtMs } });
    expect(await seen(path, 48, 64)).toEqual(near([blue, red, white, green]));
  });

  test('with its EXIF, whatever the format keeps it in', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const exif = { IFD0: { Make: 'Acme', Model: 'One' }, IFD2: { DateTimeOriginal: '2024:05:06 07:08:09' } };
      const bytes = await quarters().withExif(exif).toFormat(format).toBuffer();
      const facts = { camera: 'Acme One', takenAtMs: Date.UTC(2024, 4, 6, 7, 8, 9) };
      expect((await probe(`a.${format}`, bytes)).answer).toMatchObject({ ok: true, facts });
    }
  });

  for (const [orientation, colours, turned] of [
    [1, [red, green, blue, white], false],
    [2, [green, red, white, blue], false],
    [3, [white, blue, green, red], false],
    [6, [blue, red, white, green], true],
    [8, [green, white, red, blue], true],
  ] as const)
    test(`EXIF orientation ${orientation}`, async () => {
      const jpeg = await quarters().jpeg({ quality: 95 }).toBuffer();
      const { answer, path, thumbPath } = await probe(
        'a.jpg',
        withExif(jpeg, tiffBytes({ 0x0112: short(orientation) })),
      );
      const size = turned ? { widthPx: 96, heightPx: 128 } : { widthPx: 128, heightPx: 96 };
      expect(answer).toMatchObject({ ok: true, facts: size });
      expect(await seen(path, size.widthPx / 2, size.heightPx / 2)).toEqual(near(colours.map((c) => [...c])));
      expect(await sharp(thumbPath).metadata()).toMatchObject({ width: size.widthPx, height: size.heightPx });
    });

  test('CMYK, in colours close to those of the print', async () => {
    const { answer, path } = await probe(
      'a.jpg',
      await quarters().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    );
    expect(answer).toMatchObject({ ok: true, facts: { widthPx: 128, heightPx: 96 } });
    // Print cannot show these primaries: each stays the strongest channel of its quarter.
    const colours = await seen(path);
    expect(colours.slice(0, 3).map((c) => c.indexOf(Math.max(...c)))).toEqual([0, 1, 2]);
  });

  test('a picture 30,000 pixels wide, made smaller on the way', async () => {
    const wide = await sharp({ create: { width: 30_000, height: 200, channels: 3, background: '#4080c0' } })
      .jpeg()
      .toBuffer();
    const { answer, path, thumbPath } = await probe('wide.jpg', wide);
    expect(answer).toMatchObject({ ok: true, facts: { widthPx: 30_000, heightPx: 200 } });
    expect(await sharp(thumbPath).metadata()).toMatchObject({ width: 320 });
    const image = await openPhoto(path).read({ widthPx: 600, heightPx: 600, fit: 'inside' });
    expect([image.widthPx, image.heightPx]).toEqual([600, 4]);
  });

  test('the first picture of an animation, with a notice', async () => {
    const frames = Buffer.concat([Buffer.alloc(64 * 48 * 3, 200), Buffer.alloc(64 * 48 * 3, 20)]);
    const gif = await sharp(frames, { raw: { width: 64, height: 96, channels: 3, pageHeight: 48 } })
      .gif()
      .toBuffer();
    const { answer, path } = await probe('a.gif', gif);
    expect(answer).toMatchObject({
      ok: true,
      facts: { widthPx: 64, heightPx: 48 },
      notices: ['a.gif is animated; only its first picture is used.'],
    });
    expect((await seen(path, 32, 24))[0]).toEqual(near([[200, 200, 200]])[0]);
  });

  test('a JPEG that lacks nothing but its end marker', async () => {
    const jpeg = await noise().jpeg().toBuffer();
    expect((await probe('a.jpg', jpeg.subarray(0, -2))).answer.ok).toBe(true);
  });
});

describe('RAW files', () => {
  const preview = () => noise(800, 600).jpeg().toBuffer();

  test('are read by their largest preview, turned as the camera was', async () => {
    const small = await noise(160, 120).jpeg().toBuffer();
    const raw = Buffer.concat([
      tiffBytes({ 0x0112: short(6) }),
      small,
      Buffer.alloc(1000, 7),
      await preview(),
      Buffer.alloc(500),
    ]);
    for (const name of ['a.nef', 'a.cr2', 'a.arw', 'a.dng']) {
      const { answer, path } = await probe(name, raw);
      expect(answer).toMatchObject({
        ok: true,
        facts: { widthPx: 600, heightPx: 800 },
        notices: [`${name} is a RAW file; its preview of 600 × 800 pixels is used.`],
      });
      const image = await openPhoto(path).read({ widthPx: 300, heightPx: 400, fit: 'inside' });
      expect([image.widthPx, image.heightPx]).toEqual([300, 400]);
    }
  });

  test('without a preview of a useful size are refused with advice', async () => {
    const small = await noise(160, 120).jpeg().toBuffer();
    expect(sentenceOf(await probe('a.nef', Buffer.concat([tiffBytes({}), small])))).toBe(
      'a.nef cannot be read: this RAW file holds only a preview of 160 × 120 pixels; convert it to JPEG or TIFF first.',
    );
    expect(sentenceOf(await probe('a.arw', Buffer.concat([tiffBytes({}), Buffer.alloc(5000)])))).toMatch(
      /holds no preview/,
    );
  });
});

describe('is refused with a sentence:', () => {
  const refused = async (name: string, bytes: Uint8Array | null): Promise<string> => {
    const result = await probe(name, bytes);
    await expect(readFile(result.thumbPath)).rejects.toThrow('ENOENT');
    return sentenceOf(result);
  };

  test('an empty file', async () => {
    expect(await refused('a.jpg', Buffer.alloc(0))).toBe('a.jpg cannot be read: the file is empty.');
  });

  test('a file that is cut off, whatever its format', async () => {
    const sentence = /^a\.\w+ cannot be read: (the file is cut off or damaged inside|it is damaged \(.*\))\.$/;
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif', 'gif'] as const) {
      const bytes = await noise().toFormat(format).toBuffer();
      expect(await refused(`a.${format}`, bytes.subarray(0, bytes.length / 2))).toMatch(sentence);
      expect(await refused(`b.${format}`, bytes.subarray(0, 40))).toMatch(/^b\.\w+ cannot be read: .+\.$/);
    }
    const heic = await readFile(join(import.meta.dirname, '../../../../fixtures/photos/quarters.heic'));
    expect(await refused('a.heic', heic.subarray(0, 400))).toMatch(/^a\.heic cannot be read: .+\.$/);
  });

  test('something else under the name of a picture', async () => {
    const reason = 'it is not a picture of a kind the studio knows.';
    expect(await refused('letter.jpg', Buffer.from('Dear all, '.repeat(100)))).toBe(
      `letter.jpg cannot be read: ${reason}`,
    );
    expect(await refused('drawing.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(
      `drawing.png cannot be read: ${reason}`,
    );
    expect(await refused('data.jpg', Buffer.from([0xff, 0xd8, 0xff]))).toMatch(/^data\.jpg cannot be read: .+\.$/);
  });

  test('a picture of a few pixels', async () => {
    expect(await refused('dot.png', await noise(8, 8).png().toBuffer())).toBe(
      'dot.png cannot be read: it has only 8 × 8 pixels.',
    );
  });

  test('a picture that claims more pixels than any camera has', async () => {
    const png = await noise(64, 64).png().toBuffer();
    // Width and height of the header, and its checksum.
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    const { crc32 } = await import('node:zlib');
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    expect(await refused('bomb.png', png)).toMatch(/more pixels than the studio reads/);
  });

  test('a file that has vanished', async () => {
    expect(await refused('gone.jpg', null)).toBe('gone.jpg is no longer where it was.');
  });

  test('a folder with the name of a picture', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'trip.jpg');
    await mkdir(path);
    const [answer] = await probePhotos({ files: [{ path, photoId: 'p', thumbPath: join(folder, 't') }] });
    expect(sentenceOf({ answer })).toBe('trip.jpg cannot be read: it is a folder.');
  });

  test('a file without permission', async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o777);
    const path = join(folder, 'secret.jpg');
    await writeFile(path, await noise().jpeg().toBuffer());
    await chmod(path, 0);
    const script = join(import.meta.dirname, '../../../../support/probe-file.ts');
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (part: Buffer) => (said += part.toString()));
    await once(child, 'close');
    expect(said.trim()).toBe('secret.jpg cannot be read: you have no permission to read the file.');
  });
});

test('a batch is answered in its order, and a bad file spoils nothing', async () => {
  const folder = await temporaryFolder();
  const good = await noise().jpeg().toBuffer();
  const files = await Promise.all(
    Array.from({ length: 20 }, async (_, idx) => {
      const path = join(folder, `${idx}.jpg`);
      await writeFile(path, idx % 3 === 0 ? Buffer.from('bad') : good);
      return { path, photoId: `p${idx}`, thumbPath: join(folder, `${idx}.webp`) };
    }),
  );
  const answers = await probePhotos({ files });
  expect(answers.map(({ photoId }) => photoId)).toEqual(files.map(({ photoId }) => photoId));
  expect(answers.map(({ ok }) => ok)).toEqual(files.map((_, idx) => idx % 3 !== 0));
});
