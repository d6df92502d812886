// VGGT compiled by us against the official modules on random weights (test/fixtures/models/vggt-tiny/make_golden.py).
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomSource } from '../../models/compile/random-source.ts';
import { buildVggt } from '../../models/compile/vggt.ts';
import { viewsWorkingMb } from '../../models/compile/views-memory.ts';
import { addPack, previewCheckpoint } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import { decodeSafetensors, encodeSafetensors } from '../../projects/format/safetensors.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

test.for(['float32', 'float16'] as const)('every stage agrees for two sizes of window in %s', async (precision) => {
  const options = { packsFolder, acceptLicence: true, precision, session };
  const { pack, selfCheck } = await addPack(fixture('vggt-tiny/vggt.safetensors'), options);
  expect(pack.manifest).toMatchObject({ kind: 'multi-view', family: 'vggt', config: { patchPx: 14, sizePx: 70 } });
  expect(selfCheck?.passed).toBe(true);
  const report = await checkPack(pack, fixture('vggt-tiny/golden.safetensors'), session);
  // Tolerances and their reasons: models/run/check-pack.ts.
  expect(report.tolerance).toEqual(goldenTolerance[precision]);
  expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  const maps = ['camera', 'depth', 'depth_conf', 'points', 'points_conf'];
  const features = (views: number): string[] => Array.from({ length: views }, (_, view) => `enc.features.${view}`);
  expect(report.outputs.map(({ name }) => name).sort()).toEqual(
    [
      ...[...maps.map((name) => `out.${name}`), ...features(3)].map((name) => `small.${name}`),
      ...[...maps.map((name) => `out.${name}`), ...features(2)].map((name) => `wide.${name}`),
    ].sort(),
  );
});

test('the tensors of the released network are all known and all there', async () => {
  const { tensors } = JSON.parse(await readFile(fixture('vggt_1b.tensors.json'), 'utf8')) as {
    tensors: Record<string, number[]>;
  };
  const { config, graphs } = buildVggt({ ...randomSource(tensors, ''), expression: null }, 'model.pt', 'float32');
  expect(config).toMatchObject({
    encoder: { depth: 24, channels: 1024, heads: 16, side: 37, registers: 4 },
    depth: 24,
    heads: 16,
    taps: [4, 11, 17, 23],
    sizePx: 518,
  });
  // model-facts 6: 1190.6 M without the tracker; the mask token is not used.
  const bytes = Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0);
  expect(bytes / 4e6).toBeCloseTo(1190.6, 0);
  const lacking = { ...tensors };
  delete lacking['depth_head.scratch.refinenet2.out_conv.bias'];
  expect(() => buildVggt({ ...randomSource(lacking, ''), expression: null }, 'model.pt', 'float32')).toThrow(
    '1 tensor missing: depth_head.scratch.refinenet2.out_conv.bias',
  );
});

test('a file with a tensor that nobody knows is refused by name', async () => {
  const known = Object.fromEntries(decodeSafetensors(await readFile(fixture('vggt-tiny/vggt.safetensors'))).tensors);
  const path = join(packsFolder, 'strange.safetensors');
  const strange = { dtype: 'F32', shape: [1], data: new Float32Array(1) } as const;
  await writeFile(path, encodeSafetensors({ ...known, 'aggregator.strange.weight': strange }));
  await expect(previewCheckpoint(path)).rejects.toThrow('1 tensor unexpected: aggregator.strange.weight');
});

test('more photos at once take more memory, in proportion', () => {
  const size = { sizePx: 518, patchPx: 14, channels: 1024, hidden: 4096, levels: 8192 };
  const [six, ten, fourteen] = [6, 10, 14].map((views) => viewsWorkingMb(size, views));
  expect(fourteen - ten).toBeCloseTo(ten - six, 6);
  expect(ten).toBeGreaterThan(six);
});
