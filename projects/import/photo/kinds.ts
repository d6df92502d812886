// Which files are offered for import (by ending), and what a file really is (by its first bytes).

/** Lower-case endings of pictures that a folder is searched for. */
export const photoEndings: ReadonlySet<string> = new Set(
  'jpg jpeg jpe jfif png webp tif tiff avif heic heif hif gif cr2 cr3 nef arw dng orf rw2 raf pef srw'.split(' '),
);
/** RAW formats that begin like any TIFF file: only the name tells them apart. */
const rawEndings: ReadonlySet<string> = new Set('cr2 nef arw dng orf rw2 pef srw'.split(' '));

export type PictureKind = 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'avif' | 'heic' | 'raw';

/** Ending in lower case without the dot; empty when there is none. */
export const endingOf = (name: string): string => /\.([^./\\]+)$/.exec(name)?.[1].toLowerCase() ?? '';

/** @returns null when the bytes are no picture that the studio knows */
export function pictureKind(bytes: Uint8Array, name: string): PictureKind | null {
  const ascii = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp';
  if (ascii(0, 4) === 'GIF8') return 'gif';
  if (ascii(0, 15) === 'FUJIFILMCCD-RAW') return 'raw';
  if (ascii(4, 8) === 'ftyp') return isoBrandKind(ascii(8, Math.min(64, bytes.length)));
  const start = ascii(0, 4);
  if (start === 'IIU\0' || start === 'IIRO' || start === 'IIRS' || start === 'MMOR') return 'raw';
  if (start === 'II*\0' || start === 'MM\0*')
    return rawEndings.has(endingOf(name)) || ascii(8, 10) === 'CR' ? 'raw' : 'tiff';
  return null;
}

/** Whether a file begins like a video container that players know: ISO media, Matroska, AVI or MPEG transport stream. */
export function looksLikeVideo(bytes: Uint8Array): boolean {
  const ascii = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  if (ascii(4, 8) === 'ftyp') return isoBrandKind(ascii(8, Math.min(64, bytes.length))) === null;
  // QuickTime files of old may begin with their index or their pictures.
  if (['moov', 'mdat', 'wide', 'free', 'skip'].includes(ascii(4, 8))) return true;
  if (bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3) return true;
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'AVI ') return true;
  return (bytes[0] === 0x47 && bytes[188] === 0x47) || (bytes[4] === 0x47 && bytes[196] === 0x47);
}

function isoBrandKind(brands: string): PictureKind | null {
  if (brands.startsWith('crx ')) return 'raw';
  if (/avif|avis/.test(brands)) return 'avif';
  if (/heic|heix|heim|heis|hevc|hevx|mif1|msf1/.test(brands)) return 'heic';
  return null;
}
