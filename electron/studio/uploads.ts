// Files a browser has sent: one folder per upload, kept until the work that needed them has taken them over.

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StudioFailure } from '../../projects/format/result.ts';

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

export class Uploads {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'uploads');
  }

  /** Keeps one file. @throws StudioFailure bad-input (a path that leaves the upload), not-found, disk-full */
  async accept(uploadId: string | null, relativePath: string, bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const id = uploadId ?? randomUUID();
    const folder = uploadId === null ? join(this.#folder, id) : await this.folderOf(id);
    const target = join(folder, ...safeSegments(relativePath));
    await mkdir(dirname(target), { recursive: true });
    try {
      await pipeline(bytes, createWriteStream(target));
    } catch (error) {
      await rm(target, { force: true });
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new StudioFailure('disk-full');
      throw error;
    }
    return id;
  }

  /** @throws StudioFailure not-found */
  async folderOf(uploadId: string): Promise<string> {
    const folder = join(this.#folder, uploadId);
    const there =
      idPattern.test(uploadId) &&
      (await access(folder).then(
        () => true,
        () => false,
      ));
    if (!there) throw new StudioFailure('not-found', { what: 'upload' });
    return folder;
  }

  /** Folder of an upload that need not exist any more: to recognise paths that lie in it. */
  get folder(): string {
    return this.#folder;
  }

  async discard(uploadId: string): Promise<void> {
    if (idPattern.test(uploadId)) await rm(join(this.#folder, uploadId), { recursive: true, force: true });
  }
}

/** Path segments that stay inside a folder on every system. @throws StudioFailure bad-input */
function safeSegments(relativePath: string): string[] {
  const segments = relativePath.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '.');
  const harmless = (segment: string): boolean =>
    // Control characters, and the colon of drive letters and alternate streams, have no place in a file name.
    segment !== '..' && segment.length <= 255 && ![...segment].some((c) => c < ' ' || c === ':');
  if (segments.length === 0 || !segments.every(harmless))
    throw new StudioFailure('bad-input', { reason: 'the name of the file is not usable.' });
  return segments;
}
