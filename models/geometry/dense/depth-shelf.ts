// Depth maps of many views in bounded memory: those used last are held, the others lie in files until the shelf is cleared.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhotoId } from '../../../projects/format/scene.ts';
import { sharedBytes } from '../workers/shared-memory.ts';
import type { DepthMap } from './depth-map.ts';

interface Held {
  map: Promise<DepthMap | null>;
  /** The map is there, so it can be put away. */
  made: boolean;
  /** Where it was put before; a map never changes. */
  file: string | null;
}

export class DepthShelf {
  readonly #folder: string | null;
  readonly #most: number;
  /** The one used last at the end. */
  readonly #held = new Map<PhotoId, Held>();
  readonly #files = new Map<PhotoId, string>();
  #nextFile = 0;
  #trimming: Promise<void> = Promise.resolve();
  #failed = false;

  /**
   * @param folder for files that may vanish with the process; it is emptied. null: all stays in memory
   * @param most maps that are held in memory
   */
  constructor(folder: string | null, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** Maps in memory, those included that are being made. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** The map of a view, wherever it is; made when there is none. A failure is not kept: who asks next tries again. */
  get(photoId: PhotoId, make: () => Promise<DepthMap | null>): Promise<DepthMap | null> {
    const known = this.#held.get(photoId);
    if (known) {
      this.#held.delete(photoId);
      this.#held.set(photoId, known);
      return known.map;
    }
    const file = this.#files.get(photoId) ?? null;
    const held: Held = { map: file === null ? make() : readMap(file).catch(make), made: false, file };
    this.#held.set(photoId, held);
    held.map.then(
      () => {
        held.made = true;
        this.#trimming = this.#trimming.then(() => this.#trim());
      },
      () => {
        if (this.#held.get(photoId) === held) this.#held.delete(photoId);
      },
    );
    return held.map;
  }

  /** It is no longer true. */
  drop(photoId: PhotoId): void {
    this.#held.delete(photoId);
    this.#files.delete(photoId);
  }

  async clear(): Promise<void> {
    this.#held.clear();
    this.#files.clear();
    await this.#trimming;
    if (this.#folder !== null && this.#nextFile > 0) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Puts away what was not used for longest. Without room on the disk, memory has to do. */
  async #trim(): Promise<void> {
    if (this.#folder === null || this.#failed) return;
    for (const [photoId, held] of this.#held) {
      if (this.#held.size <= this.#most) return;
      if (!held.made) continue;
      const map = await held.map;
      if (map && held.file === null) {
        const file = await this.#write(this.#folder, map);
        if (file === null) return;
        held.file = file;
      }
      // Meanwhile it may have been dropped, or dropped and made anew.
      if (this.#held.get(photoId) !== held) continue;
      if (held.file !== null) this.#files.set(photoId, held.file);
      this.#held.delete(photoId);
    }
  }

  async #write(folder: string, map: DepthMap): Promise<string | null> {
    try {
      if (this.#nextFile === 0) {
        // What a process that died has left.
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
      }
      const file = join(folder, `${this.#nextFile++}.depth`);
      const { widthPx, heightPx, depth, confidence } = map;
      await writeFile(file, [Float64Array.of(widthPx, heightPx), depth, confidence]);
      return file;
    } catch {
      this.#failed = true;
      return null;
    }
  }
}

async function readMap(file: string): Promise<DepthMap> {
  const bytes = await readFile(file);
  // A copy that is aligned and that worker threads read as it is.
  const { buffer } = sharedBytes(bytes);
  const [widthPx, heightPx] = new Float64Array(buffer, 0, 2);
  const n = widthPx * heightPx;
  return {
    widthPx,
    heightPx,
    depth: new Float32Array(buffer, 16, n),
    confidence: new Float32Array(buffer, 16 + 4 * n, n),
  };
}
