// Text to the token ids of CLIP: byte-pair encoding (Sennrich et al. 2016) with the vocabulary of 49,408 that OpenAI published.
//
// `merges.txt.gz` holds the 48,894 merges of that vocabulary (github.com/openai/CLIP, MIT), in order of rank. The ids follow from it:
// 256 bytes, the same bytes at the end of a word, one id per merge, then the start and end tokens.

import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

export const contextLength = 77;

export interface Tokens {
  /** contextLength ids: start, words, end, zeros. */
  ids: BigInt64Array;
  /** Place of the end token: the text vector is read there. */
  endIdx: number;
}

const endOfWord = '</w>';
const pieces = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

export class ClipTokenizer {
  readonly #idOf = new Map<string, number>();
  readonly #rankOf = new Map<string, number>();
  readonly #known = new Map<string, number[]>();

  private constructor(merges: readonly string[]) {
    for (const suffix of ['', endOfWord])
      for (const letter of byteLetters.order) this.#idOf.set(letter + suffix, this.#idOf.size);
    merges.forEach((merge, rank) => {
      this.#rankOf.set(merge, rank);
      this.#idOf.set(merge.replace(' ', ''), this.#idOf.size);
    });
  }

  static async load(): Promise<ClipTokenizer> {
    const file = await readFile(new URL('merges.txt.gz', import.meta.url));
    return new ClipTokenizer(gunzipSync(file).toString('utf8').split('\n'));
  }

  /** Texts that are too long are cut; the end token always fits. */
  encode(text: string): Tokens {
    const start = this.#idOf.size;
    const words = text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase().match(pieces) ?? [];
    const ids = [start, ...words.flatMap((word) => this.#idsOfWord(word)).slice(0, contextLength - 2), start + 1];
    const padded = new BigInt64Array(contextLength);
    ids.forEach((id, i) => (padded[i] = BigInt(id)));
    return { ids: padded, endIdx: ids.length - 1 };
  }

  #idsOfWord(word: string): number[] {
    const known = this.#known.get(word);
    if (known) return known;
    const letters = [...new TextEncoder().encode(word)].map((byte) => byteLetters.ofByte[byte]);
    let parts = [...letters.slice(0, -1), letters[letters.length - 1] + endOfWord];
    while (parts.length > 1) {
      let best = { rank: Infinity, at: -1 };
      for (let at = 0; at + 1 < parts.length; at++) {
        const rank = this.#rankOf.get(`${parts[at]} ${parts[at + 1]}`) ?? Infinity;
        if (rank < best.rank) best = { rank, at };
      }
      if (best.at < 0) break;
      const [first, second] = [parts[best.at], parts[best.at + 1]];
      // The same pair is merged everywhere at once, from the left.
      const merged: string[] = [];
      for (let i = 0; i < parts.length; i++) {
        const isPair = parts[i] === first && parts[i + 1] === second;
        merged.push(isPair ? first + second : parts[i]);
        if (isPair) i++;
      }
      parts = merged;
    }
    const ids = parts.map((part) => this.#idOf.get(part) ?? 0);
    this.#known.set(word, ids);
    return ids;
  }
}

/** A printable letter for every byte, as the vocabulary file writes them: printable ones stand for themselves, the others follow from U+0100. */
const byteLetters = ((): { ofByte: string[]; order: string[] } => {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !printable(byte));
  const ofByte = bytes.map((byte) => String.fromCodePoint(printable(byte) ? byte : 256 + others.indexOf(byte)));
  return { ofByte, order: [...bytes.filter(printable), ...others].map((byte) => ofByte[byte]) };
})();
