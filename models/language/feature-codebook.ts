// The codebook of a run's learned features: unit vectors, grown as photos come, so that a splat stores 16 bits instead of 512 floats.

import { noFeature } from '../../projects/format/gaussian-chunk.ts';
import type { NamedTensor } from '../../projects/format/safetensors.ts';
import { SafetensorsError } from '../../projects/format/safetensors.ts';
import type { FindNearest } from './nearest-codes.ts';

/** Cosine above which a vector belongs to a code; patches of one thing seen from several sides lie above it. */
const sameCode = 0.92;
/** Vectors that are compared at once; codes that a block adds are compared one by one. */
const blockRows = 512;

export class FeatureCodebook {
  readonly dim: number;
  readonly maxCodes: number;
  #count = 0;
  #vectors: Float32Array;
  #weights: Float32Array;

  constructor(dim: number, maxCodes = 1024) {
    this.dim = dim;
    this.maxCodes = maxCodes;
    this.#vectors = new Float32Array(dim * 64);
    this.#weights = new Float32Array(64);
  }

  get count(): number {
    return this.#count;
  }

  /** Unit vector of a code. */
  vectorOf(code: number): Float32Array {
    return this.#vectors.subarray(code * this.dim, (code + 1) * this.dim);
  }

  /**
   * Codes of unit vectors, n × dim. A vector near a code pulls it (a running mean on the sphere); one near none becomes a code while
   * there is room (leader clustering, Hartigan 1975); zeros and what is not a number get 65535. Codes that were there before a block of vectors are asked all at once.
   */
  async assign(vectors: Float32Array, nearest: FindNearest): Promise<Uint16Array> {
    const { dim } = this;
    const codes = new Uint16Array(vectors.length / dim);
    for (let from = 0; from < codes.length; from += blockRows) {
      const block = vectors.subarray(from * dim, (from + blockRows) * dim);
      const known = this.#count;
      const found = known > 0 ? await nearest(block, this.#vectors.subarray(0, known * dim), dim) : null;
      for (let i = 0; i < block.length / dim; i++) {
        const vector = block.subarray(i * dim, (i + 1) * dim);
        if (!(squareOf(vector) > 0)) {
          codes[from + i] = noFeature;
          continue;
        }
        let best = found?.idx[i] ?? -1;
        let cosine = found?.cosines[i] ?? -Infinity;
        for (let code = known; code < this.#count; code++) {
          const own = this.#cosine(code, vector);
          if (own > cosine) [best, cosine] = [code, own];
        }
        if (cosine < sameCode && this.#count < this.maxCodes) best = this.#add(vector);
        else this.#pull(best, vector);
        codes[from + i] = best;
      }
    }
    return codes;
  }

  #cosine(code: number, vector: Float32Array): number {
    const at = code * this.dim;
    let dot = 0;
    for (let k = 0; k < this.dim; k++) dot += this.#vectors[at + k] * vector[k];
    return dot;
  }

  #add(vector: Float32Array): number {
    if (this.#count === this.#weights.length) {
      const [vectors, weights] = [this.#vectors, this.#weights];
      this.#vectors = new Float32Array(2 * vectors.length);
      this.#weights = new Float32Array(2 * weights.length);
      this.#vectors.set(vectors);
      this.#weights.set(weights);
    }
    this.#vectors.set(vector, this.#count * this.dim);
    this.#weights[this.#count] = 1;
    return this.#count++;
  }

  #pull(code: number, vector: Float32Array): void {
    const mean = this.vectorOf(code);
    const weight = this.#weights[code]++;
    let squares = 0;
    for (let k = 0; k < this.dim; k++) {
      mean[k] = mean[k] * weight + vector[k];
      squares += mean[k] * mean[k];
    }
    const factor = 1 / Math.sqrt(Math.max(squares, 1e-20));
    for (let k = 0; k < this.dim; k++) mean[k] *= factor;
  }

  /** vectors [codes, dim], weights [codes]. */
  toTensors(): Record<string, NamedTensor> {
    const n = this.#count;
    return {
      vectors: { dtype: 'F32', shape: [n, this.dim], data: this.#vectors.slice(0, n * this.dim) },
      weights: { dtype: 'F32', shape: [n], data: this.#weights.slice(0, n) },
    };
  }

  /** @throws SafetensorsError when the tensors are not those of a codebook */
  static fromTensors(tensors: ReadonlyMap<string, NamedTensor>): FeatureCodebook {
    const vectors = tensors.get('vectors');
    const weights = tensors.get('weights');
    if (vectors?.dtype !== 'F32' || weights?.dtype !== 'F32' || vectors.shape[0] !== weights.shape[0])
      throw new SafetensorsError('The file holds no codebook.');
    const codebook = new FeatureCodebook(vectors.shape[1]);
    codebook.#count = vectors.shape[0];
    codebook.#vectors = (vectors.data as Float32Array).slice();
    codebook.#weights = (weights.data as Float32Array).slice();
    return codebook;
  }
}

function squareOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}

/** Words that stand for anything (LERF, Kerr et al. 2023, section 3.5). */
export const canonicalWords = ['object', 'things', 'stuff', 'texture'] as const;

/**
 * Relevancy of every code for a question: the smallest probability of the question against each negative (LERF, equation 6).
 * @param question unit vector
 * @param negatives unit vectors of the canonical words and the user's own "not like that"
 * @param temperature LERF's 10; a learned logit scale sharpens more
 * @returns count numbers 0…1; 0.5 means no nearer to the question than to a negative
 */
export function relevancyOfCodes(
  codebook: FeatureCodebook,
  question: Float32Array,
  negatives: readonly Float32Array[],
  temperature = 10,
): Float32Array {
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0);
  return Float32Array.from({ length: codebook.count }, (_, code) => {
    const vector = codebook.vectorOf(code);
    const own = dot(vector, question);
    return Math.min(1, ...negatives.map((negative) => 1 / (1 + Math.exp(temperature * (dot(vector, negative) - own)))));
  });
}
