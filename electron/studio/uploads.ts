// Files a browser has sent: one folder per upload, kept until the work that needed them has taken them over.

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StudioFailure } from '../../projects/format/result.ts';

/** An import that was cancelled may still be resumed for a week. */
const keptMs = 7 * 24 * 60 * 60 * 1000;
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

  /** Deletes what was sent long ago and never used. */
  async prune(): Promise<void> {
    for (const id of await readdir(this.#folder).catch(() => [])) {
      const { mtimeMs } = await stat(join(this.#folder, id)).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > keptMs) await this.discard(id);
    }
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
