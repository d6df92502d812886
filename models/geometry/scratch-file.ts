// Bytes that one run needs again and again, but not in memory: a file that goes with the process that wrote it.

import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

let filesMade = 0;

export class ScratchFile {
  readonly #folder: string;
  #descriptor: number | null = null;
  #length = 0;

  /** @param folder is made when something is written first */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns where the bytes lie now, or null when the disk does not take them. */
  append(bytes: NodeJS.ArrayBufferView): number | null {
    const at = this.#length;
    try {
      this.#descriptor ??= this.#open();
      for (let done = 0; done < bytes.byteLength;)
        done += writeSync(this.#descriptor, bytes, done, bytes.byteLength - done, at + done);
    } catch {
      return null;
    }
    this.#length = at + bytes.byteLength;
    return at;
  }

  /** Fills `into` from there. @throws Error when the disk fails */
  read(at: number, into: NodeJS.ArrayBufferView): void {
    for (let done = 0; done < into.byteLength;) {
      const count =
        this.#descriptor === null ? 0 : readSync(this.#descriptor, into, done, into.byteLength - done, at + done);
      if (count === 0) throw new Error('A scratch file ends too early.');
      done += count;
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    this.#length = 0;
  }

  #open(): number {
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, `scratch-${process.pid}-${filesMade++}`);
    const descriptor = openSync(path, 'w+');
    try {
      // Without a name it cannot outlive the process, however that ends.
      unlinkSync(path);
    } catch {
      // Where that is not possible it stays until the cache is emptied.
    }
    return descriptor;
  }
}
