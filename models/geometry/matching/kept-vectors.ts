// Vectors of equal length, one after the other, of which all are gone through each time: in a scratch file but for the last ones.

import type { ScratchFile } from '../scratch-file.ts';

/** Vectors of a block: with 8,192 numbers each, 2 MB. */
const blockVectors = 64;

export class KeptVectors {
  readonly #length: number;
  readonly #file: ScratchFile | null;
  /** Full blocks: where they lie in the file, or those that the disk did not take. */
  readonly #blocks: (number | Float32Array)[] = [];
  readonly #reading: Float32Array;
  #open: Float32Array;
  #count = 0;

  /** @param file null: all stay in memory */
  constructor(length: number, file: ScratchFile | null) {
    this.#length = length;
    this.#file = file;
    this.#open = new Float32Array(blockVectors * length);
    this.#reading = new Float32Array(file ? blockVectors * length : 0);
  }

  get count(): number {
    return this.#count;
  }

  /** In memory. */
  get bytes(): number {
    const own = this.#open.byteLength + this.#reading.byteLength;
    return this.#blocks.reduce<number>((sum, block) => sum + (typeof block === 'number' ? 0 : block.byteLength), own);
  }

  add(vector: Float32Array): void {
    this.#open.set(vector, (this.#count % blockVectors) * this.#length);
    this.#count++;
    if (this.#count % blockVectors > 0) return;
    const at = this.#file?.append(this.#open) ?? null;
    this.#blocks.push(at ?? this.#open);
    if (at === null) this.#open = new Float32Array(this.#open.length);
  }

  /** Dot products with the first `count` vectors. */
  scores(vector: Float32Array, count: number): number[] {
    const scores: number[] = [];
    for (let from = 0; from < count; from += blockVectors) {
      const block = this.#block(from / blockVectors);
      for (let at = 0; at < block.length && scores.length < count; at += this.#length) {
        let score = 0;
        for (let k = 0; k < this.#length; k++) score += block[at + k] * vector[k];
        scores.push(score);
      }
    }
    return scores;
  }

  #block(idx: number): Float32Array {
    const block = this.#blocks[idx] ?? this.#open;
    if (typeof block !== 'number') return block;
    this.#file?.read(block, this.#reading);
    return this.#reading;
  }
}
