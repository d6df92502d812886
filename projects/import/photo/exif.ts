// What EXIF tells of a photo, as facts of ours. Every value is checked: cameras and editors write nonsense into all of them.

import type { PhotoFacts } from '../../format/photo-probe.ts';
import { numbers, text, type Tags, type TiffTags } from './tiff-tags.ts';

export type ExifFacts = Pick<PhotoFacts, 'takenAtMs' | 'focalPx' | 'camera' | 'gps'>;

export const noExif: ExifFacts = { takenAtMs: null, focalPx: null, camera: null, gps: null };

/** @param widthPx,heightPx size of the picture as it is now, which may be smaller than the camera made it */
export function exifFacts(tags: TiffTags, widthPx: number, heightPx: number): ExifFacts {
  return {
    takenAtMs: takenAtMs(tags),
    focalPx: focalPx(tags, widthPx, heightPx),
    camera: camera(tags.main),
    gps: gps(tags.gps),
  };
}

/** EXIF orientation 1…8; 1 when it is not told. */
export function orientationOf(main: Tags): number {
  const [value] = numbers(main, 0x0112);
  return value >= 1 && value <= 8 ? value : 1;
}

/**
 * Milliseconds since 1970 of DateTimeOriginal with SubSecTimeOriginal and OffsetTimeOriginal. A camera that does not tell
 * its time zone counts as UTC: the order of its photos is right, and the same on every machine.
 */
function takenAtMs({ main, exif }: TiffTags): number | null {
  const written = text(exif, 0x9003) ?? text(exif, 0x9004) ?? text(main, 0x0132);
  const parts = written && /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(written);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  if (year < 1900 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
    return null;
  const subSecond = /^\d+/.exec(text(exif, 0x9291) ?? text(exif, 0x9290) ?? '')?.[0];
  const offset = /^([+-])(\d\d):(\d\d)/.exec(text(exif, 0x9011) ?? text(exif, 0x9010) ?? '');
  const offsetMs = offset ? (Number(offset[2]) * 60 + Number(offset[3])) * 60_000 * (offset[1] === '-' ? -1 : 1) : 0;
  const fractionMs = subSecond ? Math.floor(Number(`0.${subSecond}`) * 1000) : 0;
  return Date.UTC(year, month - 1, day, hour, minute, second) + fractionMs - offsetMs;
}

/** Diagonal of a 36 mm × 24 mm frame. */
const fullFrameDiagonalMm = Math.hypot(36, 24);
const unitMm: Readonly<Record<number, number>> = { 2: 25.4, 3: 10, 4: 1, 5: 0.001 };

/**
 * Focal length in pixels of the picture as it is now.
 * 1. FocalPlaneXResolution (pixels of the sensor per unit): f[mm] · resolution / unit[mm], scaled by the ratio of the long
 *    side now to the long side that EXIF says the camera wrote.
 * 2. FocalLengthIn35mmFilm: f35 / 43.27 mm · diagonal in pixels (CIPA DCG-001: equal diagonal angle of view).
 * Anything outside 0.2 … 20 long sides is not believed.
 */
function focalPx({ exif }: TiffTags, widthPx: number, heightPx: number): number | null {
  const longPx = Math.max(widthPx, heightPx);
  const believed = (value: number): number | null => (value > 0.2 * longPx && value < 20 * longPx ? value : null);
  const [focalMm] = numbers(exif, 0x920a);
  const [resolution] = numbers(exif, 0xa20e);
  const [unit = 2] = numbers(exif, 0xa210);
  const writtenPx = Math.max(numbers(exif, 0xa002)[0] ?? 0, numbers(exif, 0xa003)[0] ?? 0);
  const fromPlane = (focalMm * resolution) / (unitMm[unit] ?? NaN);
  const focal35Mm = numbers(exif, 0xa405)[0] ?? NaN;
  return (
    believed((fromPlane * longPx) / (writtenPx > 0 ? writtenPx : longPx)) ??
    believed((focal35Mm / fullFrameDiagonalMm) * Math.hypot(widthPx, heightPx))
  );
}

function camera(main: Tags): string | null {
  const make = text(main, 0x010f);
  const model = text(main, 0x0110);
  if (!make || !model) return model ?? make;
  return model.toLowerCase().startsWith(make.toLowerCase().split(' ')[0]) ? model : `${make} ${model}`;
}

function gps(tags: Tags): ExifFacts['gps'] {
  const latitudeDeg = degrees(tags, 2, 1, 'S');
  const longitudeDeg = degrees(tags, 4, 3, 'W');
  if (latitudeDeg === null || longitudeDeg === null || Math.abs(latitudeDeg) > 90 || Math.abs(longitudeDeg) > 180)
    return null;
  // Devices without a fix write zeros.
  if (latitudeDeg === 0 && longitudeDeg === 0) return null;
  const [height] = numbers(tags, 6);
  const below = numbers(tags, 5)[0] === 1;
  return { latitudeDeg, longitudeDeg, altitudeM: Number.isFinite(height) ? (below ? -height : height) : null };
}

function degrees(tags: Tags, valueTag: number, signTag: number, negative: string): number | null {
  const [deg, min = 0, sec = 0] = numbers(tags, valueTag);
  const value = deg + min / 60 + (Number.isFinite(sec) ? sec : 0) / 3600;
  if (!Number.isFinite(value)) return null;
  return text(tags, signTag)?.toUpperCase().startsWith(negative) ? -value : value;
}
