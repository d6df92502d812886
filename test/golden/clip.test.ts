// CLIP compiled from both file layouts agrees with transformers on random weights (test/fixtures/models/clip-tiny/make_golden.py).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileClip, clipLicence } from '../../models/compile/clip.ts';
import { openCheckpoint } from '../../models/compile/open-checkpoint.ts';
import type { Precision } from '../../projects/format/precision.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack } from '../../models/run/check-pack.ts';
import { openGraph } from '../../models/run/pack-sessions.ts';
import { readPack } from '../../models/run/packs.ts';
import { decodeSafetensors, type NamedTensor } from '../../projects/format/safetensors.ts';

const fixtures = new URL('../fixtures/models/clip-tiny/', import.meta.url).pathname;
let folder: string;
let golden: Map<string, NamedTensor>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-clip-'));
  golden = decodeSafetensors(await readFile(join(fixtures, 'golden.safetensors'))).tensors;
});
afterAll(() => rm(folder, { recursive: true }));

const goldenOf = (name: string): NamedTensor => {
  const tensor = golden.get(name);
  if (!tensor) throw new Error(`The golden file lacks ${name}.`);
  return tensor;
};

/** Largest difference, relative to the largest number of the golden output. */
function worst(actual: NamedTensor, name: string): number {
  const expected = goldenOf(name);
  expect(actual.shape).toEqual(expected.shape);
  const [a, e] = [actual.data as Float32Array, expected.data as Float32Array];
  const scale = e.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - e[i])), 0) / scale;
}

// float32: two orders of summation. float16: weights and products keep 11 bits, over two blocks.
describe.each<[string, Precision, number]>([
  ['openclip', 'float32', 1e-5],
  ['transformers', 'float32', 1e-5],
  ['openclip', 'float16', 5e-3],
])('a checkpoint in the layout of %s as %s', (layout, precision, tolerance) => {
  test('gives the same text vector, patch vectors and picture vector', async () => {
    const id = `clip-${layout}-${precision}`;
    const source = await openCheckpoint(join(fixtures, `${layout}.safetensors`));
    const identity = { id, name: id, licence: clipLicence, precision, fingerprint: 'test' };
    await compileClip(source, 'tiny', join(folder, id), identity, 'quick-gelu');
    await source.close();
    const pack = await readPack(join(folder, id));
    const [text, image] = [await openGraph(pack, 'text'), await openGraph(pack, 'image')];
    const { vector } = await text.run({ ids: goldenOf('in.ids') });
    expect(worst(vector, 'out.vector')).toBeLessThan(tolerance);
    const { patches, whole } = await image.run({ image: goldenOf('in.image') });
    expect(worst(whole, 'out.whole')).toBeLessThan(tolerance);
    expect(worst(patches, 'out.patches')).toBeLessThan(tolerance);
    await text.dispose();
    await image.dispose();
  });
});

test('a file that lacks a tensor is refused with its name', async () => {
  const source = await openCheckpoint(join(fixtures, 'openclip.safetensors'));
  const lacking = {
    ...source,
    tensors: new Map([...source.tensors].filter(([name]) => name !== 'visual.ln_post.bias')),
  };
  const identity = { id: 'x', name: 'x', licence: clipLicence, precision: 'float32' as const, fingerprint: 'test' };
  await expect(compileClip(lacking, 'tiny', join(folder, 'x'), identity, 'gelu')).rejects.toThrow(
    /visual\.ln_post\.bias/,
  );
  await source.close();
});

test('added like any checkpoint it passes its own check and the golden one', async () => {
  const options = { packsFolder: join(folder, 'packs'), acceptLicence: true };
  const { pack, selfCheck } = await addPack(join(fixtures, 'transformers.safetensors'), options);
  expect(pack.manifest).toMatchObject({ kind: 'language', family: 'clip', id: 'clip-b-8' });
  expect(selfCheck?.passed).toBe(true);
  const report = await checkPack(pack, join(fixtures, 'golden.safetensors'));
  expect(report.outputs.map(({ name, passed }) => [name, passed])).toEqual([
    ['out.vector', true],
    ['out.patches', true],
    ['out.whole', true],
  ]);
});
