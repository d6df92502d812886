// Learned features shrink to 16 bits a splat, and a question finds the codes it means.
import { expect, test } from 'vitest';
import { FeatureCodebook, relevancyOfCodes } from '../../../../models/language/feature-codebook.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../../projects/format/safetensors.ts';

const dim = 32;
/** A unit vector around one of a few directions; `spread` is the size of the noise. */
function vector(direction: number, seed: number, spread = 0.03): Float32Array {
  const v = Float32Array.from(
    { length: dim },
    (_, k) => (k === direction ? 1 : 0) + spread * Math.sin(seed * 7.3 + k * 12.9),
  );
  const length = Math.hypot(...v);
  return v.map((value) => value / length);
}
const pack = (vectors: Float32Array[]): Float32Array => Float32Array.from(vectors.flatMap((v) => [...v]));

test('vectors of three things become three codes, whatever the noise', () => {
  const codebook = new FeatureCodebook(dim);
  const truth = Array.from({ length: 300 }, (_, i) => i % 3);
  const codes = codebook.assign(pack(truth.map((direction, i) => vector(direction, i))), 10);
  expect(codebook.count).toBe(3);
  truth.forEach((direction, i) => expect(codes[i]).toBe(direction));
});

test('a map whose neighbours are alike gets the codes it would get one by one', () => {
  // Vertical bands of five cells: most cells are like the one to the left or above.
  const truth = Array.from({ length: 400 }, (_, i) => Math.floor((i % 20) / 5));
  const map = pack(truth.map((direction, i) => vector(direction, i, 0.01)));
  const [dense, single] = [new FeatureCodebook(dim), new FeatureCodebook(dim)];
  const oneByOne = truth.map((_, i) => single.assign(map.subarray(i * dim, (i + 1) * dim), 1)[0]);
  expect([...dense.assign(map, 20)]).toEqual(oneByOne);
  expect(dense.count).toBe(4);
});

test('a full codebook takes the nearest code instead of growing', () => {
  const codebook = new FeatureCodebook(dim, 2);
  codebook.assign(pack([vector(0, 1), vector(1, 1), vector(2, 1)]), 10);
  expect(codebook.count).toBe(2);
});

test('a saved codebook goes on as if nothing had happened', () => {
  const [kept, saved] = [new FeatureCodebook(dim), new FeatureCodebook(dim)];
  const first = pack(Array.from({ length: 90 }, (_, i) => vector(i % 9, i)));
  kept.assign(first, 10);
  saved.assign(first, 10);
  const restored = FeatureCodebook.fromTensors(decodeSafetensors(encodeSafetensors(saved.toTensors())).tensors);
  const more = pack(Array.from({ length: 90 }, (_, i) => vector(i % 12, i + 500)));
  expect(restored.assign(more, 10)).toEqual(kept.assign(more, 10));
  expect(restored.toTensors()).toEqual(kept.toTensors());
});

test('relevancy is high for the code that is meant, one half for what is no nearer than a negative', () => {
  const codebook = new FeatureCodebook(dim);
  codebook.assign(pack([vector(0, 1), vector(1, 1), vector(2, 1)]), 10);
  const scores = relevancyOfCodes(codebook, vector(1, 2), [vector(2, 3), vector(5, 3)]);
  expect(scores[1]).toBeGreaterThan(0.95);
  expect(scores[0]).toBeCloseTo(0.5, 0);
  expect(scores[2]).toBeLessThan(0.05);
});
