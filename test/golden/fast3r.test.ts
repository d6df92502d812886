// Fast3R compiled by us against the official modules on random weights (test/fixtures/models/fast3r-tiny/make_golden.py).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildFast3r } from '../../models/compile/fast3r.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import { viewIds } from '../../models/run/multi-view/view-network.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

test.for(['float32', 'float16'] as const)('every stage agrees for two sizes of window in %s', async (precision) => {
  const options = { packsFolder, acceptLicence: true, precision, session };
  const { pack, selfCheck } = await addPack(fixture('fast3r-tiny/fast3r.safetensors'), options);
  expect(pack.manifest).toMatchObject({ kind: 'multi-view', family: 'fast3r', config: { patchPx: 16, sizePx: 512 } });
  expect(selfCheck?.passed).toBe(true);
  const report = await checkPack(pack, fixture('fast3r-tiny/golden.safetensors'), session);
  // Tolerances and their reasons: models/run/check-pack.ts.
  expect(report.tolerance).toEqual(goldenTolerance[precision]);
  expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  const maps = ['local', 'local_conf', 'points', 'points_conf'];
  const features = (views: number): string[] => Array.from({ length: views }, (_, view) => `enc.features.${view}`);
  expect(report.outputs.map(({ name }) => name).sort()).toEqual(
    [
      ...[...maps.map((name) => `out.${name}`), ...features(3)].map((name) => `small.${name}`),
      ...[...maps.map((name) => `out.${name}`), ...features(2)].map((name) => `wide.${name}`),
    ].sort(),
  );
});

test('views of a window have names of their own, the same in every run', () => {
  const ids = [...viewIds(200)];
  expect(ids[0]).toBe(0n);
  expect(new Set(ids).size).toBe(200);
  expect(ids.every((id) => id < 1000n)).toBe(true);
  expect(ids).toEqual([...viewIds(200)]);
});

test('the tensors of the released network are all known and all there', async () => {
  const text = await readFile(fixture('fast3r_vit_large_512.tensors.json'), 'utf8');
  const { tensors } = JSON.parse(text) as { tensors: Record<string, number[]> };
  const { config, graphs } = buildFast3r({ ...randomSource(tensors, ''), expression: null }, 'model', 'float32');
  expect(config).toMatchObject({
    encoder: { channels: 1024, depth: 24, heads: 16 },
    decoder: { channels: 1024, depth: 24, heads: 16 },
  });
  // model-facts 8: about 647.6 M, of which two units of the heads (1.18 M each) are never used.
  const bytes = Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0);
  expect(bytes / 4e6).toBeCloseTo(645.3, 0);
  const lacking = { ...tensors };
  delete lacking['decoder.dec_blocks.7.attn.qkv.bias'];
  expect(() => buildFast3r({ ...randomSource(lacking, ''), expression: null }, 'model', 'float32')).toThrow(
    '1 tensor missing: dec_blocks.7.attn.qkv.bias',
  );
});
