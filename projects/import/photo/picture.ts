// One picture file in memory: what it is, its upright size and EXIF, and a sharp pipeline of upright 8 bit sRGB pixels.

import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { decodeHeic } from './heic.ts';
import { pictureKind, type PictureKind } from './kinds.ts';
import { largestJpegIn, withOrientation } from './raw-preview.ts';
import { orientationOf } from './exif.ts';
import { readTiffTags, type TiffTags } from './tiff-tags.ts';

/** Larger pictures are refused: a gigapixel is beyond any camera, and within reach of a file made to fill the memory. */
const maxPixels = 1_000_000_000;
const minSidePx = 32;
/** A RAW file whose preview is smaller is refused: the reconstruction would be of the preview. */
const minRawPreviewPx = 640;

export interface Picture {
  kind: PictureKind;
  /** Upright: orientation applied. */
  widthPx: number;
  heightPx: number;
  tags: TiffTags | null;
  /** Sentences about what was left out. */
  notices: string[];
  /** Runs work on a fresh pipeline. May run it twice, when the file lacks no more than its end marker. */
  render<T>(work: (pipeline: Sharp) => Promise<T>): Promise<T>;
}

/**
 * @param name for its ending, and for notices
 * @throws Error whose message is the reason, the end of “name cannot be read: …”
 */
export async function openPicture(bytes: Buffer, name: string): Promise<Picture> {
  if (bytes.length === 0) throw new Error('the file is empty.');
  const kind = pictureKind(bytes, name);
  if (kind === null) throw new Error('it is not a picture of a kind the studio knows.');
  if (kind === 'raw') return openRaw(bytes, name);
  const metadata = await sharp(bytes, options).metadata();
  const tags = exifTags(metadata.exif) ?? (kind === 'tiff' ? readTiffTags(bytes) : null);
  if (kind === 'heic') return openHeic(bytes, tags);
  const { width: widthPx, height: heightPx } = metadata.autoOrient;
  checkSize(widthPx, heightPx);
  const notices: string[] = [];
  if ((metadata.pages ?? 1) > 1)
    notices.push(
      kind === 'tiff'
        ? `${name} has ${metadata.pages} pages; only the first is used.`
        : `${name} is animated; only its first picture is used.`,
    );
  return { kind, widthPx, heightPx, tags, notices, render: (work) => renderWhole(bytes, kind, work) };
}

/** JPEG, WebP and HEIF put `Exif` and two zeros before the TIFF structure, PNG does not. */
function exifTags(block: Buffer | undefined): TiffTags | null {
  if (!block) return null;
  return readTiffTags(block.toString('latin1', 0, 4) === 'Exif' ? block.subarray(6) : block);
}

// libvips would keep up to 50 MB of results of earlier pictures. None comes twice, and the engine's memory is to stay flat.
sharp.cache(false);

const options: SharpOptions = { limitInputPixels: maxPixels, failOn: 'truncated', sequentialRead: true };

function upright(input: Sharp): Sharp {
  // White shows behind transparent cut-outs, as in any viewer.
  return input.autoOrient().toColourspace('srgb').flatten({ background: '#fff' });
}

/** A cut picture is refused, because its grey rest would be reconstructed as a wall; one that lacks only the end marker is whole. */
async function renderWhole<T>(bytes: Buffer, kind: PictureKind, work: (pipeline: Sharp) => Promise<T>): Promise<T> {
  try {
    return await work(upright(sharp(bytes, options)));
  } catch (error) {
    if (kind !== 'jpeg') throw error;
    const ended = Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]);
    return work(upright(sharp(ended, { ...options, failOn: 'warning' }))).catch(() => {
      throw error;
    });
  }
}

async function openRaw(bytes: Buffer, name: string): Promise<Picture> {
  const found = largestJpegIn(bytes);
  if (!found) throw new Error('this RAW file holds no preview; convert it to JPEG, TIFF or DNG with a preview first.');
  if (Math.max(found.widthPx, found.heightPx) < minRawPreviewPx)
    throw new Error(
      `this RAW file holds only a preview of ${found.widthPx} × ${found.heightPx} pixels; convert it to JPEG or TIFF first.`,
    );
  const preview = bytes.subarray(found.offset);
  const metadata = await sharp(preview, options).metadata();
  const tags = readTiffTags(bytes) ?? exifTags(metadata.exif);
  const jpeg = metadata.orientation || !tags ? preview : withOrientation(preview, orientationOf(tags.main));
  const turned = jpeg === preview ? metadata : await sharp(jpeg, options).metadata();
  const { width: widthPx, height: heightPx } = turned.autoOrient;
  checkSize(widthPx, heightPx);
  const notices = [`${name} is a RAW file; its preview of ${widthPx} × ${heightPx} pixels is used.`];
  return { kind: 'raw', widthPx, heightPx, tags, notices, render: (work) => renderWhole(jpeg, 'jpeg', work) };
}

async function openHeic(bytes: Buffer, tags: TiffTags | null): Promise<Picture> {
  const { data, widthPx, heightPx } = await decodeHeic(bytes);
  checkSize(widthPx, heightPx);
  const raw = { width: widthPx, height: heightPx, channels: 4 as const };
  return {
    kind: 'heic',
    widthPx,
    heightPx,
    tags,
    notices: [],
    render: (work) => work(upright(sharp(data, { raw, limitInputPixels: maxPixels }))),
  };
}

function checkSize(widthPx: number, heightPx: number): void {
  if (Math.min(widthPx, heightPx) < minSidePx) throw new Error(`it has only ${widthPx} × ${heightPx} pixels.`);
  if (widthPx * heightPx > maxPixels)
    throw new Error(`it has more pixels than the studio reads (${widthPx} × ${heightPx}).`);
}
