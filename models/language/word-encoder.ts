// A pack of our own (models/train) as a source of language: a fixed list of words, and a language map for every photo.

import { StudioFailure } from '../../projects/format/result.ts';
import { RecurrentNetwork } from '../run/recurrent/network.ts';
import type { RgbImage } from '../run/reconstructor.ts';
import type { InstalledPack } from '../run/packs.ts';
import type { SessionOptions } from '../run/session.ts';
import type { LanguageSource, PatchFeatures } from './encoder.ts';
import { WordSpace } from './word-space.ts';

export class WordEncoder implements LanguageSource {
  /** LERF's: its vectors are shares of words already. */
  readonly temperature = 10;
  readonly dim: number;
  readonly patchPx: number;
  readonly sizePx: number;
  readonly #space: WordSpace;
  readonly #network: RecurrentNetwork;

  private constructor(pack: InstalledPack, space: WordSpace, network: RecurrentNetwork) {
    this.dim = space.dim;
    this.patchPx = Number(pack.manifest.config.patchPx);
    this.sizePx = Number(pack.manifest.config.sizePx);
    this.#space = space;
    this.#network = network;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<WordEncoder> {
    const space = await WordSpace.open(pack, options);
    return new WordEncoder(pack, space, await RecurrentNetwork.open(pack, options));
  }

  /** @throws StudioFailure 'query-unknown-word' for a word that is not in the pack's list */
  async textVector(words: string): Promise<Float32Array> {
    const vector = this.#space.textVector(words);
    if (vector === null) throw new StudioFailure('query-unknown-word', { word: words });
    return vector;
  }

  /** Every word of the list that means something else: training told each from all the others. */
  negativeWords(words: string): readonly string[] {
    return this.#space.others(words);
  }

  /** The photo alone, as the first that the state meets. */
  async patchFeatures({ widthPx, heightPx, data }: RgbImage): Promise<PatchFeatures> {
    const planes = new Float32Array(3 * widthPx * heightPx);
    for (let i = 0; i < widthPx * heightPx; i++)
      for (let k = 0; k < 3; k++) planes[k * widthPx * heightPx + i] = data[3 * i + k] / 127.5 - 1;
    const features = await this.#network.encode(planes, widthPx, heightPx);
    const { language } = await this.#network.step(features, await this.#network.begin(), true);
    if (!language) throw new Error('The pack has words and no language map.');
    const [rows, cols, dim] = language.shape;
    return { rows, cols, dim, vectors: this.#space.spokenFor(language.data as Float32Array) };
  }

  dispose(): Promise<void> {
    return this.#network.dispose();
  }
}
