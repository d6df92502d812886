// Bulk files of a scene as the engine reads them: whole files, kept while they are small enough to keep.

import { readFile } from 'node:fs/promises';
import { decodeGaussianChunk, type GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { decodePointChunk, type PointColumns } from '../../../projects/format/point-chunk.ts';
import { SafetensorsError } from '../../../projects/format/safetensors.ts';
import { StudioFailure } from '../../../projects/format/result.ts';

/** @throws StudioFailure not-found, chunk-damaged */
export const readPoints = (path: string): Promise<PointColumns> => read(path, decodePointChunk);

/** @throws StudioFailure not-found, chunk-damaged */
export const readGaussians = (path: string): Promise<GaussianColumns> => read(path, decodeGaussianChunk);

async function read<T>(path: string, decode: (file: Uint8Array) => T): Promise<T> {
  try {
    return decode(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new StudioFailure('not-found', { what: 'point file' });
    if (error instanceof SafetensorsError) throw new StudioFailure('chunk-damaged', { reason: error.message });
    throw error;
  }
}

/** A cache by path that forgets what was used least recently once `maxBytes` are held. */
export class FileCache<T> {
  readonly #load: (path: string) => Promise<T>;
  readonly #bytesOf: (value: T) => number;
  readonly #maxBytes: number;
  readonly #held = new Map<string, { value: T; bytes: number }>();
  #bytes = 0;

  constructor(load: (path: string) => Promise<T>, bytesOf: (value: T) => number, maxBytes: number) {
    this.#load = load;
    this.#bytesOf = bytesOf;
    this.#maxBytes = maxBytes;
  }

  async get(path: string): Promise<T> {
    const known = this.#held.get(path);
    if (known) {
      // A Map keeps the order of insertion: put it last again.
      this.#held.delete(path);
      this.#held.set(path, known);
      return known.value;
    }
    const value = await this.#load(path);
    const bytes = this.#bytesOf(value);
    this.#held.set(path, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#held) {
      if (this.#bytes <= this.#maxBytes || oldest === path) break;
      this.#held.delete(oldest);
      this.#bytes -= entry.bytes;
    }
    return value;
  }
}
