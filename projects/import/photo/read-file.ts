// Reads a photo's file once, with every failure as one sentence.

import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { StudioFailure } from '../../format/result.ts';

/** Buffers cannot be larger in every Node version that runs us, and no photo is. */
const maxBytes = 2 ** 31 - 1;

/** @throws StudioFailure photo-missing, photo-unreadable */
export async function readPhotoFile(path: string): Promise<Buffer> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw unreadable(path, 'it is a folder.');
    // Opening a pipe would wait for ever.
    if (!stats.isFile()) throw unreadable(path, 'it is not a file.');
    if (stats.size === 0) throw unreadable(path, 'the file is empty.');
    if (stats.size > maxBytes) throw unreadable(path, 'the file is larger than 2 GB.');
    return await readFile(path);
  } catch (error) {
    throw failureOf(path, error);
  }
}

export const unreadable = (path: string, reason: string): StudioFailure =>
  new StudioFailure('photo-unreadable', { name: basename(path), reason });

function failureOf(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new StudioFailure('photo-missing', { name: basename(path) });
  if (code === 'EACCES' || code === 'EPERM') return unreadable(path, 'you have no permission to read the file.');
  if (code === 'EIO' || code === 'EBUSY') return unreadable(path, 'the disk does not give the file.');
  return error;
}
