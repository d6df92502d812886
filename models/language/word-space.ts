// The text side of our own packs: a fixed list of words with a unit vector each, and how well a language map fits one of them.

import { StudioFailure } from '../../projects/format/result.ts';
import type { NamedTensor } from '../../projects/format/safetensors.ts';
import { openGraph } from '../run/pack-sessions.ts';
import type { InstalledPack } from '../run/packs.ts';
import type { SessionOptions } from '../run/session.ts';

/** Of the softmax over words, as in training (LSeg, Li et al. 2022, equation 2). */
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

  /** Unit vector of a word; null for one that is not in the list. */
  textVector(word: string): Float32Array | null {
    const row = this.#rows.get(word.trim().toLowerCase());
    return row === undefined ? null : this.#vectors.subarray(row * this.dim, (row + 1) * this.dim);
  }

  /**
   * How surely each cell is `word` rather than any other of the list: 0…1; null for an unknown word.
   * @param language cells × dim unit vectors
   */
  scores(language: Float32Array, word: string): Float32Array | null {
    const wanted = this.#rows.get(word.trim().toLowerCase());
    if (wanted === undefined) return null;
    const cells = language.length / this.dim;
    const logits = new Float32Array(this.#vectors.length / this.dim);
    return Float32Array.from({ length: cells }, (_, cell) => {
      this.#logitsOf(language, cell, logits);
      const best = logits.reduce((a, b) => Math.max(a, b));
      const sum = logits.reduce((total, logit) => total + Math.exp(logit - best), 0);
      return Math.exp(logits[wanted] - best) / sum;
    });
  }

  #logitsOf(language: Float32Array, cell: number, logits: Float32Array): void {
    for (let row = 0; row < logits.length; row++) {
      let dot = 0;
      for (let k = 0; k < this.dim; k++) dot += language[cell * this.dim + k] * this.#vectors[row * this.dim + k];
      logits[row] = dot / temperature;
    }
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
