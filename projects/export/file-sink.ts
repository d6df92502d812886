// A file that is written piece by piece and appears under its name only when it is whole.

import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioFailure } from '../format/result.ts';

const bufferBytes = 1 << 20;

/** Buffered writing to `<path>.part`; `finish` renames it. Numbers of bytes may exceed 4 GB. */
export class FileSink {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #buffer = Buffer.alloc(bufferBytes);
  #held = 0;
  #flushed = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async open(path: string): Promise<FileSink> {
    await mkdir(dirname(path), { recursive: true });
    return new FileSink(path, await open(`${path}.part`, 'w'));
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#flushed + this.#held;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#held + bytes.byteLength > bufferBytes) await this.#flush();
    if (bytes.byteLength > bufferBytes) return this.#append(bytes);
    this.#buffer.set(bytes, this.#held);
    this.#held += bytes.byteLength;
  }

  text(text: string): Promise<void> {
    return this.write(Buffer.from(text, 'utf8'));
  }

  /** Overwrites earlier bytes: counts in headers that are known only at the end. */
  async patch(offset: number, bytes: Uint8Array): Promise<void> {
    await this.#flush();
    await this.#file.write(bytes, 0, bytes.byteLength, offset);
  }

  /** Gives the file its name; returns its size. */
  async finish(): Promise<number> {
    await this.#flush();
    await this.#file.close();
    await rename(`${this.path}.part`, this.path);
    return this.#flushed;
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(`${this.path}.part`, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#held === 0) return;
    const held = this.#buffer.subarray(0, this.#held);
    this.#held = 0;
    await this.#append(held);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.byteLength - at, this.#flushed);
      at += bytesWritten;
      this.#flushed += bytesWritten;
    }
  }
}

/** All files of one export: finished together, or discarded together. */
export class ExportFiles {
  readonly #sinks: FileSink[] = [];

  async open(path: string): Promise<FileSink> {
    const sink = await FileSink.open(path);
    this.#sinks.push(sink);
    return sink;
  }

  async finish(): Promise<{ files: string[]; bytes: number }> {
    let bytes = 0;
    for (const sink of this.#sinks) bytes += await sink.finish();
    return { files: this.#sinks.map((sink) => sink.path), bytes };
  }

  async discard(): Promise<void> {
    for (const sink of this.#sinks) await sink.discard();
  }
}

/** A failure of the file system as a sentence of ours; other failures pass as they are. */
export function asExportFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StudioFailure || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new StudioFailure('disk-full');
  return new StudioFailure('export-failed', { reason: `${error.message}.` });
}
