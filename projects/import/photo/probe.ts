// Learns everything about photos that import needs, with one read per file: hash, upright size, EXIF, and the thumbnail.

import { hash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import sharp from 'sharp';
import type { ProbedPhoto, ProbeRequest } from '../../format/photo-probe.ts';
import { largePathOf } from '../../format/layout.ts';
import { errorOf, StudioFailure } from '../../format/result.ts';
import { exifFacts, noExif } from './exif.ts';
import type { PictureKind } from './kinds.ts';
import { openPicture, type Picture } from './picture.ts';
import { readStamped, unreadable } from './read-file.ts';
import { reasonOf } from './reason.ts';

/** Long side of thumbnails. */
export const thumbPx = 320;
/** Long side of the picture that stands in for a photo which a page cannot show: fills a large screen. */
export const largePx = 2048;
/** Kinds, by content and not by name, that every current browser engine decodes itself. */
const shownByPages: ReadonlySet<PictureKind> = new Set(['jpeg', 'png', 'webp', 'avif', 'gif']);

/** Probes files side by side, one per core. The answers are in the order of the files; no file can make the others fail. */
export async function probePhotos({ files }: ProbeRequest): Promise<ProbedPhoto[]> {
  // Many pictures at once, each on one thread, beat one picture on many threads: decoding a JPEG is serial.
  sharp.concurrency(1);
  const answers: ProbedPhoto[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let idx = next++; idx < files.length; idx = next++) answers[idx] = await probePhoto(files[idx]);
  };
  // One more than there are cores: it reads while the others decode.
  await Promise.all(Array.from({ length: Math.min(files.length, availableParallelism() + 1) }, worker));
  return answers;
}

async function probePhoto({ path, photoId, thumbPath }: ProbeRequest['files'][number]): Promise<ProbedPhoto> {
  try {
    const { bytes, stamp } = await readStamped(path);
    const sha256 = hash('sha256', bytes, 'hex');
    const picture = await decoding(path, () => openPicture(bytes, basename(path)));
    const thumb = await decoding(path, () => webp(picture, thumbPx));
    await writeWhole(thumbPath, thumb);
    if (!shownByPages.has(picture.kind)) {
      const large = await decoding(path, () => webp(picture, largePx));
      await writeWhole(largePathOf(thumbPath), large);
    }
    const { widthPx, heightPx, notices, tags } = picture;
    const exif = tags ? exifFacts(tags, widthPx, heightPx) : noExif;
    return { ok: true, photoId, facts: { sha256, widthPx, heightPx, ...exif }, stamp, notices };
  } catch (error) {
    return { ok: false, photoId, error: errorOf(error) };
  }
}

function webp(picture: Picture, sidePx: number): Promise<Buffer> {
  return picture.render((pipeline) =>
    pipeline
      .resize({ width: sidePx, height: sidePx, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75, effort: 1 })
      .toBuffer(),
  );
}

async function decoding<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
}

/** Whole or absent. Not flushed: a thumbnail can be made again. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StudioFailure('disk-full');
    throw new StudioFailure('project-not-writable', { folder: dirname(path) });
  }
}
