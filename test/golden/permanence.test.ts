// A checkpoint of models/train, at toy size, on its whole way: exported by export.py, compiled, run, held against PyTorch, and asked.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FeatureCodebook, relevancyOfCodes } from '../../models/language/feature-codebook.ts';
import { WordEncoder } from '../../models/language/word-encoder.ts';
import { openNearestCodes } from '../../models/language/nearest-codes.ts';
import { WordSpace } from '../../models/language/word-space.ts';
import { addPack, type AddedPack } from '../../models/run/add-pack.ts';
import { checkPack } from '../../models/run/check-pack.ts';
import { RecurrentNetwork, type StepAnswer } from '../../models/run/recurrent/network.ts';
import { createReconstructor } from '../../models/run/registry.ts';
import { pinhole } from '../../projects/format/intrinsics.ts';
import { decodeSafetensors, type NamedTensor } from '../../projects/format/safetensors.ts';
import { identitySim3 } from '../../projects/format/sim3.ts';
import { patternPhoto } from '../unit/models/run/photos.ts';
import { plainSettings } from '../support/plain-settings.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const goldenPath = fixture('permanence-toy.golden.safetensors');
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';
let added: AddedPack;
let golden: ReadonlyMap<string, NamedTensor>;
/** Answers of the golden run: two photos, then a view asked for by its rays. */
let answers: StepAnswer[] = [];

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
  added = await addPack(fixture('permanence-toy.safetensors'), { packsFolder, acceptLicence: false, session });
  golden = decodeSafetensors(await readFile(goldenPath)).tensors;
  const network = await RecurrentNetwork.open(added.pack, session);
  let carried = await network.begin();
  for (let i = 0; golden.has(`truth.${i}.word`); i++) {
    const image = golden.get(`in.${i}.img`)?.data as Float32Array | undefined;
    const rays = golden.get(`in.${i}.ray_map`)?.data as Float32Array;
    const [, heightPx, widthPx] = (golden.get(`truth.${i}.word`) as NamedTensor).shape;
    const features = image
      ? await network.encode(image, widthPx, heightPx)
      : await network.encodeRays(rays, widthPx, heightPx);
    const answer = await network.step(features, carried, i === 0);
    answers = [...answers, answer];
    if (image) carried = answer;
  }
  await network.dispose();
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);

describe('a checkpoint trained here', () => {
  test('installs without a licence to accept and says what it is', () => {
    expect(added.pack.manifest).toMatchObject({
      id: 'permanence-64',
      licence: { id: 'MIT' },
      config: { head: 'composed' },
    });
    expect(Object.keys(added.pack.manifest.graphs).sort()).toEqual(['encoder', 'init', 'rays', 'step', 'text']);
    expect(added.selfCheck?.passed).toBe(true);
  });

  test('gives the numbers of PyTorch at every stage, the composed points included', async () => {
    // Tolerance and its reason: models/run/check-pack.ts.
    const report = await checkPack(added.pack, goldenPath, session);
    expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.outputs.length).toBeGreaterThan(25);
  });

  test('gives the language map and the Gaussians of PyTorch', () => {
    for (const [i, answer] of answers.entries())
      for (const name of ['language', 'gaussians'] as const) {
        const expected = golden.get(`out.${i}.${name}`) as NamedTensor;
        expect(answer[name]?.shape).toEqual(expected.shape.slice(1));
        // Two orders of summation in float32; numbers are of order one.
        const worst = largestDifference(answer[name]?.data as Float32Array, expected.data as Float32Array);
        expect(worst).toBeLessThan(1e-4);
      }
  });

  test('in half precision keeps its numbers within what halves hold', async () => {
    const { pack } = await addPack(fixture('permanence-toy.safetensors'), {
      packsFolder,
      acceptLicence: false,
      precision: 'float16',
      session,
    });
    expect(pack.manifest.id).toBe('permanence-64-f16');
    const report = await checkPack(pack, goldenPath, session);
    expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  });

  test('runs as a method: photos are placed, and a view nobody took is answered without changing the state', async () => {
    const method = await createReconstructor('permanence-64', added.pack.folder, session);
    const settings = plainSettings;
    await method.begin({ settings, photos: [], cacheFolder: join(packsFolder, 'cache'), saved: null });
    for (const idx of [0, 1]) {
      const { placed, pointMaps } = await method.step(patternPhoto(idx), { update: true, reset: false });
      expect(placed[0].intrinsics.fxPx).toBeGreaterThan(60);
      expect(pointMaps[0].positions.every(Number.isFinite)).toBe(true);
      // Its own Gaussians go with the points: one for each cell of two by two pixels.
      const opacities = pointMaps[0].gaussians?.colors.filter((_, i) => i % 4 === 3) ?? [];
      expect(opacities).toHaveLength(64 * 64);
      expect(opacities.filter((opacity) => opacity > 0)).toHaveLength(32 * 32);
    }
    const before = await method.save();
    const asked = await method.peek(identitySim3, pinhole(320, 240, 280));
    expect(asked).toMatchObject({ kind: 'inferred', gridWidthPx: 64, gridHeightPx: 64 });
    // In front of the camera, and not one colour everywhere.
    expect(asked?.positions.every((value, i) => i % 3 !== 2 || value > 0)).toBe(true);
    expect(new Set(asked?.colors).size).toBeGreaterThan(3);
    expect(asked?.gaussians).toBeUndefined();
    expect((await method.save()).tensors).toEqual(before.tensors);
    await method.dispose();
  });

  test('composes its points of depth and one focal length, so that all lie on rays through the middle', () => {
    const { pointsSelf, widthPx, heightPx } = answers[0];
    const focalAt = (x: number, y: number): number => {
      const p = 3 * (y * widthPx + x);
      return ((x + 0.5 - widthPx / 2) * pointsSelf[p + 2]) / pointsSelf[p];
    };
    const focalPx = focalAt(0, 0);
    expect(focalPx).toBeGreaterThan(0.3 * widthPx);
    for (const [x, y] of [
      [5, 7],
      [widthPx - 1, heightPx - 1],
      [30, 2],
    ])
      expect(focalAt(x, y)).toBeCloseTo(focalPx, 2);
  });

  test('answers questions in words as a source of language: floor lies where the floor is', async () => {
    const encoder = await WordEncoder.open(added.pack, session);
    const { data, shape } = golden.get('in.0.img') as NamedTensor;
    const [, , heightPx, widthPx] = shape;
    const planes = data as Float32Array;
    const photo = Uint8Array.from({ length: 3 * widthPx * heightPx }, (_, i) =>
      Math.round((planes[(i % 3) * widthPx * heightPx + Math.floor(i / 3)] + 1) * 127.5),
    );
    const { rows, cols, vectors } = await encoder.patchFeatures({ widthPx, heightPx, data: photo });
    const space = await WordSpace.open(added.pack, session);
    const bestWords = (cells: Float32Array): string[] =>
      Array.from({ length: rows * cols }, (_, cell) => {
        const dots = space.words.map((word) => {
          const vector = space.textVector(word) as Float32Array;
          return vector.reduce((sum, value, k) => sum + value * cells[cell * encoder.dim + k], 0);
        });
        return space.words[dots.indexOf(Math.max(...dots))];
      });
    const wanted = bestWords(answers[0].language?.data as Float32Array);
    const said = bestWords(vectors);
    // The golden picture has float colours, a photo has bytes; near ties may fall to a neighbour of the same group.
    expect(said.filter((word, i) => word === wanted[i]).length / wanted.length).toBeGreaterThan(0.95);

    const nearest = await openNearestCodes();
    const codebook = new FeatureCodebook(encoder.dim);
    const codes = await codebook.assign(vectors, nearest.find);
    await nearest.dispose();
    const relevancyOf = async (word: string): Promise<number[]> => {
      const negatives = await Promise.all(encoder.negativeWords(word).map((other) => encoder.textVector(other)));
      const scores = relevancyOfCodes(codebook, await encoder.textVector(word), negatives, encoder.temperature);
      return [...codes].map((code) => scores[code]);
    };
    const scores = await relevancyOf('floor');
    const words = (golden.get('truth.0.word') as NamedTensor).data;
    const floorRow = space.words.indexOf('floor');
    const cellPx = widthPx / cols;
    const means = { floor: [0, 0], rest: [0, 0] };
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < cols; c++) {
        const word = Number(words[(r + 0.5) * cellPx * widthPx + (c + 0.5) * cellPx]);
        const mean = means[word === floorRow ? 'floor' : 'rest'];
        mean[0] += scores[r * cols + c];
        mean[1]++;
      }
    expect(means.floor[1]).toBeGreaterThan(5);
    // A few minutes of toy training know floors from the rest; a wrong layout of the map or of the words would not.
    expect(means.floor[0] / means.floor[1]).toBeGreaterThan((2 * means.rest[0]) / means.rest[1]);
    // Through the codebook, whose codes are coarser than the map, the hits are still the cells that the map calls floor.
    const agreed = scores.filter((score, i) => score >= 0.5 === (wanted[i] === 'floor')).length;
    expect(agreed / scores.length).toBeGreaterThan(0.9);
    await encoder.dispose();
  });

  test('knows the words of its list, synonyms and several of a thing, and no others', async () => {
    const encoder = await WordEncoder.open(added.pack, session);
    for (const [word, same] of [
      ['armchair', 'chair'],
      ['chairs', 'chair'],
      ['couch', 'sofa'],
      ['carpet', 'rug'],
    ])
      expect(await encoder.textVector(word)).toEqual(await encoder.textVector(same));
    expect(encoder.negativeWords('couch')).toContain('chair');
    expect(encoder.negativeWords('couch')).not.toContain('sofa');
    await expect(encoder.textVector('zeppelin')).rejects.toThrowError(
      expect.objectContaining({ code: 'query-unknown-word' }),
    );
    await encoder.dispose();
  });
});
