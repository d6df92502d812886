// A language pack (CLIP, LSeg) as the studio uses it: words to unit vectors, photos to a grid of unit vectors in the same space.

import type { NamedTensor } from '../../projects/format/safetensors.ts';
import type { RgbImage } from '../run/reconstructor.ts';
import { openGraph } from '../run/pack-sessions.ts';
import type { InstalledPack } from '../run/packs.ts';
import type { Session, SessionOptions } from '../run/session.ts';
import { ClipTokenizer } from './clip/tokenizer.ts';
import { canonicalWords } from './feature-codebook.ts';

/** Unit vectors of a photo's cells: CLIP's patches, or every second pixel for LSeg. */
export interface PatchFeatures {
  rows: number;
  cols: number;
  dim: number;
  /** rows × cols × dim */
  vectors: Float32Array;
}

/** What answers words: a language pack, or a pack of our own (`word-encoder.ts`). */
export interface LanguageSource {
  readonly dim: number;
  /** Sides of photos are whole multiples of this. */
  readonly patchPx: number;
  /** Long side at which photos are looked at. */
  readonly sizePx: number;
  /** What cosines of its vectors are multiplied by before they are compared. */
  readonly temperature: number;
  /** Unit vector of a word or phrase. @throws StudioFailure 'query-unknown-word' where only a list of words is known */
  textVector(words: string): Promise<Float32Array>;
  /** Words that a question is held against: a splat is a hit when the question is nearer than each of them. */
  negativeWords(words: string): readonly string[];
  /** @param image both sides whole multiples of `patchPx` */
  patchFeatures(image: RgbImage): Promise<PatchFeatures>;
  dispose(): Promise<void>;
}

/** How a family was trained to be used. */
interface Habits {
  /** Channel means and deviations of the training pictures. */
  mean: readonly [number, number, number];
  deviation: readonly [number, number, number];
  /** Sentences a word is put into; their mean vector stands for the word. */
  templates: readonly string[];
  /** What cosines are multiplied by before a softmax. */
  temperature: number;
}

const habits: Readonly<Record<string, Habits>> = {
  // Radford et al. 2021, section 3.1.4 and the model card (model-facts 11); the temperature is LERF's (Kerr et al. 2023).
  clip: {
    mean: [0.48145466, 0.4578275, 0.40821073],
    deviation: [0.26862954, 0.26130258, 0.27577711],
    templates: ['{}', 'a photo of a {}', 'a {} in a room'],
    temperature: 10,
  },
  // Li et al. 2022 trained on bare labels; model-facts 3.2.
  lseg: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5], templates: ['{}'], temperature: 1 / 0.07 },
};

export class LanguageEncoder implements LanguageSource {
  readonly dim: number;
  /** Sides of photos are whole multiples of this. */
  readonly patchPx: number;
  /** Long side at which photos are looked at. */
  readonly sizePx: number;
  readonly provider: string;
  readonly #habits: Habits;
  readonly #text: Session;
  readonly #image: Session;
  readonly #tokenizer: ClipTokenizer;

  private constructor(pack: InstalledPack, text: Session, image: Session, tokenizer: ClipTokenizer) {
    const { dim, patchPx, sizePx } = pack.manifest.config;
    [this.dim, this.patchPx, this.sizePx] = [Number(dim), Number(patchPx), Number(sizePx)];
    this.provider = image.providerLine;
    this.#habits = habits[pack.manifest.family] ?? habits.clip;
    this.#text = text;
    this.#image = image;
    this.#tokenizer = tokenizer;
  }

  /** @throws StudioFailure 'model-damaged' */
  static async open(pack: InstalledPack, options: SessionOptions = {}): Promise<LanguageEncoder> {
    const text = await openGraph(pack, 'text', options);
    const image = await openGraph(pack, 'image', options);
    return new LanguageEncoder(pack, text, image, await ClipTokenizer.load());
  }

  /** What cosines of its vectors are multiplied by before they are compared. */
  get temperature(): number {
    return this.#habits.temperature;
  }

  /** Unit vector of a word or phrase. */
  async textVector(words: string): Promise<Float32Array> {
    const sum = new Float32Array(this.dim);
    for (const template of this.#habits.templates) {
      const { ids, endIdx } = this.#tokenizer.encode(template.replace('{}', words));
      const vector = normalized(await this.rawTextVector(ids.slice(0, endIdx + 1)));
      vector.forEach((value, k) => (sum[k] += value));
    }
    return normalized(sum);
  }

  /** LERF's canonical words, whatever the question. */
  negativeWords(): readonly string[] {
    return canonicalWords;
  }

  /** @param ids tokens from the start to the end token */
  async rawTextVector(ids: BigInt64Array): Promise<Float32Array> {
    const { vector } = await this.#text.run({ ids: { dtype: 'I64', shape: [ids.length], data: ids } });
    return vector.data as Float32Array;
  }

  /** @param image sides are cut to multiples of the patch size */
  async patchFeatures(image: RgbImage): Promise<PatchFeatures> {
    const { patches } = await this.run(this.tensorOf(image), ['patches']);
    const [rows, cols] = patches.shape;
    const vectors = patches.data as Float32Array;
    for (let at = 0; at < vectors.length; at += this.dim) normalized(vectors.subarray(at, at + this.dim));
    return { rows, cols, dim: this.dim, vectors };
  }

  run(image: NamedTensor, wanted?: readonly string[]): Promise<Record<string, NamedTensor>> {
    return this.#image.run({ image }, wanted);
  }

  /** [1, 3, height, width], normalised channel by channel. */
  tensorOf({ widthPx, heightPx, data }: RgbImage): NamedTensor {
    const width = Math.max(1, Math.floor(widthPx / this.patchPx)) * this.patchPx;
    const height = Math.max(1, Math.floor(heightPx / this.patchPx)) * this.patchPx;
    if (width > widthPx || height > heightPx) throw new RangeError('The picture is smaller than one patch.');
    const { mean, deviation } = this.#habits;
    const planes = new Float32Array(3 * width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let k = 0; k < 3; k++)
          planes[(k * height + y) * width + x] = (data[3 * (y * widthPx + x) + k] / 255 - mean[k]) / deviation[k];
    return { dtype: 'F32', shape: [1, 3, height, width], data: planes };
  }

  async dispose(): Promise<void> {
    await this.#text.dispose();
    await this.#image.dispose();
  }
}

/** Scales to length one, in place. */
export function normalized(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const factor = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let k = 0; k < vector.length; k++) vector[k] *= factor;
  return vector;
}
