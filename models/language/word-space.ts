// The text side of our own packs: a fixed list of words with a unit vector each.

import { StudioFailure } from '../../projects/format/result.ts';
import type { NamedTensor } from '../../projects/format/safetensors.ts';
import { openGraph } from '../run/pack-sessions.ts';
import type { InstalledPack } from '../run/packs.ts';
import type { SessionOptions } from '../run/session.ts';
import { normalized } from './encoder.ts';

/** Of the softmax over words in training. */
const temperature = 0.07;

export class WordSpace {
  readonly dim: number;
  /** Every word that can be asked for; synonyms share a vector. */
  readonly words: readonly string[];
  readonly #rows: ReadonlyMap<string, number>;
  /** rows × dim */
  readonly #vectors: Float32Array;

  private constructor(vectors: NamedTensor, rows: ReadonlyMap<string, number>) {
    this.dim = vectors.shape[1];
    this.words = [...rows.keys()];
    this.#rows = rows;
    this.#vectors = vectors.data as Float32Array;
  }

  /** @throws StudioFailure 'model-damaged' when the pack has no words or they do not fit their vectors */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<WordSpace> {
    const session = await openGraph(pack, 'text', options);
    try {
      const { vectors } = await session.run({});
      const rows = parseWords(String(pack.manifest.config.words ?? ''));
      if (rows.size === 0 || [...rows.values()].some((row) => !(row >= 0 && row < vectors.shape[0])))
        throw new StudioFailure('model-damaged', {
          id: pack.manifest.id,
          reason: 'its words do not fit their vectors.',
        });
      return new WordSpace(vectors, rows);
    } finally {
      await session.dispose();
    }
  }

  /** Unit vector of a word, of one thing or of several; null for one that is not in the list. */
  textVector(word: string): Float32Array | null {
    const row = this.#rowOf(word);
    return row === undefined ? null : this.#vectors.subarray(row * this.dim, (row + 1) * this.dim);
  }

  /** One word for every vector of the list but that of `word`. */
  others(word: string): readonly string[] {
    const own = this.#rowOf(word);
    const first = new Map<number, string>();
    for (const [other, row] of this.#rows) if (row !== own && !first.has(row)) first.set(row, other);
    return [...first.values()];
  }

  /**
   * What a language map says in words: for each cell the mean of the word vectors, each weighed by how sure the map is of it (softmax over words as
   * in training, LSeg, Li et al. 2022, equation 2). The map's own vectors of different words may be nearer than the codes of a codebook can tell
   * apart, because training looks through a low temperature; these are as far apart as the words.
   * @param language cells × dim unit vectors
   * @returns cells × dim unit vectors
   */
  spokenFor(language: Float32Array): Float32Array {
    const { dim } = this;
    const vectors = this.#vectors;
    const count = vectors.length / dim;
    const spoken = new Float32Array(language.length);
    const weights = new Float64Array(count);
    for (let at = 0; at < language.length; at += dim) {
      let best = -Infinity;
      for (let row = 0; row < count; row++) {
        let dot = 0;
        for (let k = 0; k < dim; k++) dot += language[at + k] * vectors[row * dim + k];
        weights[row] = dot / temperature;
        best = Math.max(best, weights[row]);
      }
      for (let row = 0; row < count; row++) {
        const weight = Math.exp(weights[row] - best);
        for (let k = 0; k < dim; k++) spoken[at + k] += weight * vectors[row * dim + k];
      }
      normalized(spoken.subarray(at, at + dim));
    }
    return spoken;
  }

  #rowOf(word: string): number | undefined {
    const asked = word.trim().toLowerCase();
    return this.#rows.get(asked) ?? this.#rows.get(asked.replace(/s$/, ''));
  }
}

/** `word:row|word:row…` */
function parseWords(text: string): Map<string, number> {
  return new Map(
    text
      .split('|')
      .filter((part) => part.includes(':'))
      .map((part) => {
        const colon = part.lastIndexOf(':');
        return [part.slice(0, colon), Number(part.slice(colon + 1))];
      }),
  );
}
