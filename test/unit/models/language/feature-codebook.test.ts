// Learned features shrink to 16 bits a splat, and a question finds the codes it means.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FeatureCodebook, relevancyOfCodes } from '../../../../models/language/feature-codebook.ts';
import { openNearestCodes, type NearestCodes } from '../../../../models/language/nearest-codes.ts';
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

let nearest: NearestCodes;
beforeAll(async () => void (nearest = await openNearestCodes()));
afterAll(() => nearest.dispose());

test('vectors of three things become three codes, whatever the noise', async () => {
  const codebook = new FeatureCodebook(dim);
  const truth = Array.from({ length: 300 }, (_, i) => i % 3);
  const codes = await codebook.assign(pack(truth.map((direction, i) => vector(direction, i))), nearest.find);
  expect(codebook.count).toBe(3);
  truth.forEach((direction, i) => expect(codes[i]).toBe(direction));
});

test('many vectors at once get the codes they would get one by one', async () => {
  const truth = Array.from({ length: 1300 }, (_, i) => (i * 7) % 25);
  const map = pack(truth.map((direction, i) => vector(direction, i, 0.01)));
  const [dense, single] = [new FeatureCodebook(dim), new FeatureCodebook(dim)];
  const oneByOne: number[] = [];
  for (let i = 0; i < truth.length; i++)
    oneByOne.push((await single.assign(map.subarray(i * dim, (i + 1) * dim), nearest.find))[0]);
  expect([...(await dense.assign(map, nearest.find))]).toEqual(oneByOne);
  expect(dense.count).toBe(25);
});

test('vectors without a direction get no code and spoil none', async () => {
  const codebook = new FeatureCodebook(dim);
  const nowhere = new Float32Array(dim);
  const broken = vector(1, 1).fill(NaN, 3, 4);
  const codes = await codebook.assign(pack([broken, vector(0, 1), nowhere, vector(0, 2), broken]), nearest.find);
  expect([...codes]).toEqual([65535, 0, 65535, 0, 65535]);
  expect([...(await codebook.assign(pack([broken, vector(0, 3)]), nearest.find))]).toEqual([65535, 0]);
  expect(codebook.vectorOf(0).every(Number.isFinite)).toBe(true);
});

test('a full codebook takes the nearest code instead of growing', async () => {
  const codebook = new FeatureCodebook(dim, 2);
  await codebook.assign(pack([vector(0, 1), vector(1, 1), vector(2, 1)]), nearest.find);
  expect(codebook.count).toBe(2);
});

test('a saved codebook goes on as if nothing had happened', async () => {
  const [kept, saved] = [new FeatureCodebook(dim), new FeatureCodebook(dim)];
  const first = pack(Array.from({ length: 90 }, (_, i) => vector(i % 9, i)));
  await kept.assign(first, nearest.find);
  await saved.assign(first, nearest.find);
  const restored = FeatureCodebook.fromTensors(decodeSafetensors(encodeSafetensors(saved.toTensors())).tensors);
  const more = pack(Array.from({ length: 90 }, (_, i) => vector(i % 12, i + 500)));
  expect(await restored.assign(more, nearest.find)).toEqual(await kept.assign(more, nearest.find));
  expect(restored.toTensors()).toEqual(kept.toTensors());
});

test('relevancy is high for the code that is meant, one half for what is no nearer than a negative', async () => {
  const codebook = new FeatureCodebook(dim);
  await codebook.assign(pack([vector(0, 1), vector(1, 1), vector(2, 1)]), nearest.find);
  const scores = relevancyOfCodes(codebook, vector(1, 2), [vector(2, 3), vector(5, 3)]);
  expect(scores[1]).toBeGreaterThan(0.95);
  expect(scores[0]).toBeCloseTo(0.5, 0);
  expect(scores[2]).toBeLessThan(0.05);
});
