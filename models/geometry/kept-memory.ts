// Large arrays that are used again for the next photo.

/**
 * The same arrays in the same order, time after time: new ones for every photo, tens of megabytes, would have to be cleared by the system
 * and collected again.
 */
export class KeptMemory {
  readonly #arrays: Float32Array[] = [];
  #next = 0;

  /** What was handed out so far is not needed any more. */
  begin(): void {
    this.#next = 0;
  }

  /** What was in it is still there. */
  floats(length: number): Float32Array {
    const idx = this.#next++;
    if (!(this.#arrays[idx]?.length >= length)) this.#arrays[idx] = new Float32Array(length);
    return this.#arrays[idx].subarray(0, length);
  }

  release(): void {
    this.#arrays.length = 0;
    this.#next = 0;
  }
}
