// Depth Anything 3 compiled by us against the official modules on random weights (test/fixtures/models/da3-tiny/make_golden.py).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDa3, da3Licence, da3Size } from '../../models/compile/da3.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

test.for(['float32', 'float16'] as const)(
  'cameras and depths agree for three sizes of window in %s',
  async (precision) => {
    const options = { packsFolder, acceptLicence: true, precision, session };
    const { pack, selfCheck } = await addPack(fixture('da3-tiny/da3.safetensors'), options);
    expect(pack.manifest).toMatchObject({ kind: 'multi-view', family: 'da3', config: { patchPx: 14, sizePx: 504 } });
    expect(selfCheck?.passed).toBe(true);
    const report = await checkPack(pack, fixture('da3-tiny/golden.safetensors'), session);
    // Tolerances and their reasons: models/run/check-pack.ts.
    expect(report.tolerance).toEqual(goldenTolerance[precision]);
    expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
    const maps = ['camera', 'depth', 'depth_conf'];
    expect(report.outputs.map(({ name }) => name).sort()).toEqual(
      ['same', 'small', 'wide'].flatMap((label) => maps.map((name) => `${label}.out.${name}`)),
    );
  },
);

test('the tensors of the released small network are all known and all there', async () => {
  const { tensors } = JSON.parse(await readFile(fixture('da3_small.tensors.json'), 'utf8')) as {
    tensors: Record<string, number[]>;
  };
  const { config, graphs } = buildDa3({ ...randomSource(tensors, ''), expression: null }, 'model', 'float32');
  expect(config).toMatchObject({
    encoder: { channels: 384, heads: 6, depth: 4, side: 37 },
    depth: 12,
    taps: [5, 7, 9, 11],
  });
  expect([da3Size(config), da3Licence(config).id]).toEqual(['small', 'Apache-2.0']);
  // model-facts 9: about 27 M are used when no poses are known, rays included, which are not asked for here.
  const bytes = Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0);
  expect(bytes / 4e6).toBeGreaterThan(24);
  expect(bytes / 4e6).toBeLessThan(27);
  const lacking = { ...tensors };
  delete lacking['model.cam_dec.fc_t.bias'];
  expect(() => buildDa3({ ...randomSource(lacking, ''), expression: null }, 'model', 'float32')).toThrow(
    '1 tensor missing: cam_dec.fc_t.bias',
  );
});
