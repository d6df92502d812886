// Reads a photo's file once, with every failure as one sentence.

import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileStamp } from '../../format/photo-file.ts';
import { StudioFailure } from '../../format/result.ts';

/** Buffers cannot be larger in every Node version that runs us, and no photo is. */
const maxBytes = 2 ** 31 - 1;

/** @throws StudioFailure photo-missing, photo-unreadable */
export async function readPhotoFile(path: string): Promise<Buffer> {
  return (await readStamped(path)).bytes;
}

/** The file with its stamp from just before: what changes meanwhile is seen the next time. @throws StudioFailure photo-missing, photo-unreadable */
export async function readStamped(path: string): Promise<{ bytes: Buffer; stamp: FileStamp }> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw unreadable(path, 'it is a folder.');
    // Opening a pipe would wait for ever.
    if (!stats.isFile()) throw unreadable(path, 'it is not a file.');
    if (stats.size === 0) throw unreadable(path, 'the file is empty.');
    if (stats.size > maxBytes) throw unreadable(path, 'the file is larger than 2 GB.');
    return { bytes: await readFile(path), stamp: stampOf(stats) };
  } catch (error) {
    throw failureOf(path, error);
  }
}

/** null where no file is. */
export async function fileStamp(path: string): Promise<FileStamp | null> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ? stampOf(stats) : null;
}

/** SHA-256 of a file, piece by piece; null when it cannot be read. */
export async function fileHash(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 18 })) hash.update(piece as Buffer);
    return hash.digest('hex');
  } catch {
    return null;
  }
}

const stampOf = ({ size, mtimeMs }: Stats): FileStamp => ({ bytes: size, modifiedAtMs: mtimeMs });

export const unreadable = (path: string, reason: string): StudioFailure =>
  new StudioFailure('photo-unreadable', { name: basename(path), reason });

function failureOf(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new StudioFailure('photo-missing', { name: basename(path) });
  if (code === 'EACCES' || code === 'EPERM') return unreadable(path, 'you have no permission to read the file.');
  if (code === 'EIO' || code === 'EBUSY') return unreadable(path, 'the disk does not give the file.');
  return error;
}
