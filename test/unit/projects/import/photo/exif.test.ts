// EXIF as cameras write it, and the nonsense that it may hold.

import { describe, expect, test } from 'vitest';
import { exifFacts, orientationOf } from '../../../../../projects/import/photo/exif.ts';
import { readTiffTags, type TiffTags } from '../../../../../projects/import/photo/tiff-tags.ts';
import { ascii, rational, short, tiffBytes, type TiffDirectory } from '../../../../support/tiff-builder.ts';

function tags(main: TiffDirectory, exif: TiffDirectory = {}, gps: TiffDirectory = {}): TiffTags {
  const read = readTiffTags(tiffBytes(main, exif, gps));
  if (!read) throw new Error('not read');
  return read;
}
const facts = (main: TiffDirectory, exif: TiffDirectory = {}, gps: TiffDirectory = {}) =>
  exifFacts(tags(main, exif, gps), 4000, 3000);

describe('the time a photo was taken', () => {
  const at = (exif: TiffDirectory) => facts({}, exif).takenAtMs;

  test('has subseconds and the time zone where the camera tells them', () => {
    expect(at({ 0x9003: ascii('2024:05:06 07:08:09') })).toBe(Date.UTC(2024, 4, 6, 7, 8, 9));
    expect(at({ 0x9003: ascii('2024:05:06 07:08:09'), 0x9291: ascii('25') })).toBe(Date.UTC(2024, 4, 6, 7, 8, 9, 250));
    const zoned = { 0x9003: ascii('2024:05:06 07:08:09'), 0x9011: ascii('+02:30') };
    expect(at(zoned)).toBe(Date.UTC(2024, 4, 6, 4, 38, 9));
  });

  test('is not believed when it is none', () => {
    for (const text of ['0000:00:00 00:00:00', '    :  :     :  :  ', 'yesterday', '2024:13:01 00:00:00'])
      expect(at({ 0x9003: ascii(text) })).toBeNull();
  });

  test('is taken from the file time stamp of the camera when there is no better', () => {
    expect(facts({ 0x0132: ascii('2020:01:02 03:04:05') }).takenAtMs).toBe(Date.UTC(2020, 0, 2, 3, 4, 5));
  });
});

describe('the focal length in pixels', () => {
  const focal = (exif: TiffDirectory, widthPx = 4000, heightPx = 3000) =>
    exifFacts(tags({}, exif), widthPx, heightPx).focalPx;

  test('follows from the 35 mm equivalent by the diagonal', () => {
    // 26 mm over the diagonal of 36 × 24 mm, times 5000 pixels of diagonal.
    expect(focal({ 0xa405: short(26) })).toBeCloseTo((26 / Math.hypot(36, 24)) * 5000, 6);
  });

  test('follows from the resolution of the sensor, also when the picture was made smaller since', () => {
    const exif = {
      0x920a: rational([50, 1]),
      0xa20e: rational([4000, 1]),
      0xa210: short(3),
      0xa002: short(8000),
      0xa003: short(6000),
    };
    // 50 mm at 400 pixels per mm is 20000 pixels of 8000; the picture now has half the pixels.
    expect(focal(exif)).toBeCloseTo(10_000, 6);
    expect(focal(exif, 3000, 4000)).toBeCloseTo(10_000, 6);
  });

  test('is not believed when it is nonsense', () => {
    expect(focal({ 0xa405: short(0) })).toBeNull();
    expect(focal({ 0xa405: short(60_000) })).toBeNull();
    expect(focal({ 0x920a: rational([0, 0]), 0xa20e: rational([0, 0]) })).toBeNull();
    expect(focal({})).toBeNull();
  });
});

test('the camera is named once, with its maker', () => {
  const camera = (make: string, model: string) => facts({ 0x010f: ascii(make), 0x0110: ascii(model) }).camera;
  expect(camera('Apple', 'iPhone 15')).toBe('Apple iPhone 15');
  expect(camera('Canon', 'Canon EOS R5')).toBe('Canon EOS R5');
  expect(camera('NIKON CORPORATION', 'NIKON D850')).toBe('NIKON D850');
  expect(camera('', 'X100V')).toBe('X100V');
  expect(camera('', '')).toBeNull();
});

test('GPS is signed by hemisphere and sea level, and zeros are no fix', () => {
  const gps = (change: TiffDirectory) =>
    facts(
      {},
      {},
      {
        1: ascii('S'),
        2: rational([33, 1], [30, 1], [36, 1]),
        3: ascii('W'),
        4: rational([70, 1], [0, 1], [0, 1]),
        ...change,
      },
    ).gps;
  expect(gps({})).toEqual({ latitudeDeg: expect.closeTo(-33.51, 9), longitudeDeg: -70, altitudeM: null });
  expect(gps({ 6: rational([123, 2]) })?.altitudeM).toBe(61.5);
  expect(gps({ 2: rational([0, 1], [0, 1], [0, 1]), 4: rational([0, 1], [0, 1], [0, 1]) })).toBeNull();
  expect(gps({ 2: rational([0, 0], [0, 0], [0, 0]) })).toBeNull();
});

test('orientation is 1 to 8, and 1 when it is anything else', () => {
  expect(orientationOf(tags({ 0x0112: short(6) }).main)).toBe(6);
  expect(orientationOf(tags({ 0x0112: short(9) }).main)).toBe(1);
  expect(orientationOf(tags({}).main)).toBe(1);
});

test('cut or scrambled structures give what is whole, and never throw', () => {
  const whole = tiffBytes(
    { 0x010f: ascii('Maker of cameras'), 0x0112: short(6) },
    { 0x9003: ascii('2024:05:06 07:08:09') },
  );
  for (let length = 0; length <= whole.length; length++) readTiffTags(whole.subarray(0, length));
  // Every byte in turn is turned over.
  for (let at = 0; at < whole.length; at++) {
    const bent = Buffer.from(whole);
    bent[at] ^= 0xff;
    const read = readTiffTags(bent);
    if (read) exifFacts(read, 4000, 3000);
  }
  expect(readTiffTags(Buffer.from('no tiff at all'))).toBeNull();
});
