// Which earlier photos may show the same as a new one: one vector per photo (VLAD; Jégou, Douze, Schmid, Pérez 2010) over a small
// vocabulary that is made from the run's own first photos.

import { descriptorLength } from '../features/features.ts';
import { seededRandom, type Random } from '../linear-algebra/random.ts';
import type { ScratchFile } from '../scratch-file.ts';
import { KeptVectors } from './kept-vectors.ts';

const words = 64;
/** The coarsest features of a photo, which are the ones most likely to be found again. */
const featuresPerPhoto = 800;
/** Photos whose features make the vocabulary. */
const photosForWords = 24;
const samplesPerPhoto = 250;
const rounds = 6;

export class Retrieval {
  private readonly descriptorsOf: (photoIdx: number) => Promise<Uint8Array>;
  private vocabulary: Float32Array | null = null;
  private readonly vectors: KeptVectors;

  /**
   * @param descriptorsOf photos in order, the coarsest features of each first; asked for once or twice
   * @param scratch where vectors lie; null: all stay in memory
   */
  constructor(descriptorsOf: (photoIdx: number) => Promise<Uint8Array>, scratch: ScratchFile | null = null) {
    this.descriptorsOf = descriptorsOf;
    this.vectors = new KeptVectors(words * descriptorLength, scratch);
  }

  /** Earlier photos, the most similar first. */
  async similarTo(idx: number, count: number): Promise<number[]> {
    this.vocabulary ??= await this.makeVocabulary(Math.min(photosForWords, idx + 1));
    const { vocabulary, vectors } = this;
    const vectorOf = async (photoIdx: number): Promise<Float32Array> =>
      vladOf(await this.descriptorsOf(photoIdx), vocabulary);
    while (vectors.count < idx) vectors.add(await vectorOf(vectors.count));
    const own = await vectorOf(idx);
    if (vectors.count === idx) vectors.add(own);
    return vectors
      .scores(own, idx)
      .map((score, other) => ({ other, score }))
      .sort((a, b) => b.score - a.score || a.other - b.other)
      .slice(0, count)
      .map(({ other }) => other);
  }

  private async makeVocabulary(photoCount: number): Promise<Float32Array> {
    const random = seededRandom(photoCount);
    const samples: Uint8Array[] = [];
    for (let photoIdx = 0; photoIdx < photoCount; photoIdx++) {
      const descriptors = await this.descriptorsOf(photoIdx);
      const usable = Math.min(descriptors.length / descriptorLength, featuresPerPhoto);
      for (let s = 0; s < Math.min(samplesPerPhoto, usable); s++) {
        const i = random.below(usable);
        samples.push(descriptors.slice(i * descriptorLength, (i + 1) * descriptorLength));
      }
    }
    return wordsOf(samples, random);
  }
}

/** k-means over a sample of descriptors, begun from random ones; always the same for the same photos. */
function wordsOf(samples: readonly Uint8Array[], random: Random): Float32Array {
  const centers = new Float32Array(words * descriptorLength);
  if (samples.length === 0) return centers;
  for (let w = 0; w < words; w++) centers.set(samples[random.below(samples.length)], w * descriptorLength);
  for (let round = 0; round < rounds; round++) {
    const sums = new Float32Array(words * descriptorLength);
    const counts = new Int32Array(words);
    for (const sample of samples) {
      const w = nearestWord(sample, centers);
      counts[w]++;
      for (let k = 0; k < descriptorLength; k++) sums[w * descriptorLength + k] += sample[k];
    }
    for (let w = 0; w < words; w++) {
      if (counts[w] === 0) continue;
      for (let k = 0; k < descriptorLength; k++) {
        centers[w * descriptorLength + k] = sums[w * descriptorLength + k] / counts[w];
      }
    }
  }
  return centers;
}

function nearestWord(descriptor: Uint8Array, centers: Float32Array): number {
  let best = 0;
  let bestDistance = Infinity;
  for (let w = 0, at = 0; w < words; w++, at += descriptorLength) {
    let distance = 0;
    for (let k = 0; k < descriptorLength; k++) {
      const d = descriptor[k] - centers[at + k];
      distance += d * d;
    }
    if (distance < bestDistance) {
      bestDistance = distance;
      best = w;
    }
  }
  return best;
}

/** Sums of differences to the words, each word's normalised (Arandjelović and Zisserman 2013), then the whole. */
function vladOf(descriptors: Uint8Array, centers: Float32Array): Float32Array {
  const vector = new Float32Array(words * descriptorLength);
  for (let i = 0; i < Math.min(descriptors.length / descriptorLength, featuresPerPhoto); i++) {
    const descriptor = descriptors.subarray(i * descriptorLength, (i + 1) * descriptorLength);
    const at = nearestWord(descriptor, centers) * descriptorLength;
    for (let k = 0; k < descriptorLength; k++) vector[at + k] += descriptor[k] - centers[at + k];
  }
  for (let w = 0; w < words; w++) normalise(vector.subarray(w * descriptorLength, (w + 1) * descriptorLength));
  normalise(vector);
  return vector;
}

function normalise(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let k = 0; k < vector.length; k++) vector[k] *= scale;
}
