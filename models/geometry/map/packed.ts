// Many short arrays of numbers side by side in few long ones: an array of its own takes some 400 bytes beside its numbers.

type Numbers = Uint16Array | Float64Array;

/** Values of a long array. */
const chunkLength = 16384;

export class Packed<T extends Numbers> {
  readonly #make: (length: number) => T;
  #chunk: T;
  #used = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#chunk = make(0);
  }

  /** A copy that stays for as long as anybody holds it. */
  keep(values: ArrayLike<number>): T {
    if (this.#used + values.length > this.#chunk.length) {
      this.#chunk = this.#make(Math.max(chunkLength, values.length));
      this.#used = 0;
    }
    const kept = this.#chunk.subarray(this.#used, this.#used + values.length) as T;
    kept.set(values);
    this.#used += values.length;
    return kept;
  }
}
