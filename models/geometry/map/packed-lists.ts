// Many short lists of small numbers, written once and read at times: side by side in long blocks, of which full ones lie in a scratch file.

import { RecentlyUsed } from '../recently-used.ts';
import type { ScratchFile } from '../scratch-file.ts';

export interface PackedList {
  block: number;
  at: number;
  length: number;
}

interface Block {
  length: number;
  /** null: it lies in the file. */
  values: Uint16Array | null;
  fileAt: number;
}

/** Numbers of a block: matches of a few photos. */
const blockLength = 16384;
/** Of blocks that were read last: matches of some hundred photos. */
const mostBytes = 4 * 2 ** 20;

export class PackedLists {
  readonly #file: ScratchFile | null;
  readonly #blocks: Block[] = [];
  readonly #read = new RecentlyUsed<number, Uint16Array>(mostBytes);
  #used = 0;

  /** @param file null: all stays in memory */
  constructor(file: ScratchFile | null) {
    this.#file = file;
  }

  /** In memory, those included that were read last. */
  get bytes(): number {
    return this.#blocks.reduce((sum, { values }) => sum + (values?.byteLength ?? 0), this.#read.bytes);
  }

  /** @param values 0…65,535 */
  add(values: ArrayLike<number>): PackedList {
    let open = this.#blocks.at(-1);
    if (!open?.values || this.#used + values.length > open.length) {
      this.#putAway();
      const length = Math.max(blockLength, values.length);
      open = { length, values: new Uint16Array(length), fileAt: 0 };
      this.#blocks.push(open);
      this.#used = 0;
    }
    const at = this.#used;
    open.values?.set(values, at);
    this.#used += values.length;
    return { block: this.#blocks.length - 1, at, length: values.length };
  }

  get({ block, at, length }: PackedList): Uint16Array {
    const values = this.#blocks[block].values ?? this.#read.get(block) ?? this.#readBlock(block);
    return values.subarray(at, at + length);
  }

  /** What the disk does not take stays in memory. */
  #putAway(): void {
    const last = this.#blocks.at(-1);
    const fileAt = last?.values ? (this.#file?.append(last.values) ?? null) : null;
    if (!last?.values || fileAt === null) return;
    // It was the newest, and will be wanted first.
    this.#read.set(this.#blocks.length - 1, last.values, last.values.byteLength);
    last.fileAt = fileAt;
    last.values = null;
  }

  #readBlock(block: number): Uint16Array {
    const { length, fileAt } = this.#blocks[block];
    const values = new Uint16Array(length);
    this.#file?.read(fileAt, values);
    this.#read.set(block, values, values.byteLength);
    return values;
  }
}
