// Pi3 compiled by us against the official modules on random weights (test/fixtures/models/pi3-tiny/make_golden.py).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPi3 } from '../../models/compile/pi3.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import { nearestRotation } from '../../models/run/multi-view/read-pi3.ts';
import { decodeSafetensors } from '../../projects/format/safetensors.ts';
import { matrixFromQuaternion } from '../../projects/format/sim3.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

test.for(['float32', 'float16'] as const)('every stage agrees for two sizes of window in %s', async (precision) => {
  const options = { packsFolder, acceptLicence: true, precision, session };
  const { pack, selfCheck } = await addPack(fixture('pi3-tiny/pi3.safetensors'), options);
  expect(pack.manifest).toMatchObject({ kind: 'multi-view', family: 'pi3', config: { patchPx: 14, sizePx: 518 } });
  expect(selfCheck?.passed).toBe(true);
  const report = await checkPack(pack, fixture('pi3-tiny/golden.safetensors'), session);
  // Tolerances and their reasons: models/run/check-pack.ts.
  expect(report.tolerance).toEqual(goldenTolerance[precision]);
  expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  const maps = ['camera', 'conf', 'points'];
  const features = (views: number): string[] => Array.from({ length: views }, (_, view) => `enc.features.${view}`);
  expect(report.outputs.map(({ name }) => name).sort()).toEqual(
    [
      ...[...maps.map((name) => `out.${name}`), ...features(3)].map((name) => `small.${name}`),
      ...[...maps.map((name) => `out.${name}`), ...features(2)].map((name) => `wide.${name}`),
    ].sort(),
  );
});

test('the rotation nearest to the predicted matrix is the official one', async () => {
  const { tensors } = decodeSafetensors(await readFile(fixture('pi3-tiny/golden.safetensors')));
  for (const label of ['small', 'wide']) {
    const raw = tensors.get(`${label}.out.camera`)?.data as Float32Array;
    const poses = tensors.get(`${label}.pose`)?.data as Float32Array;
    for (let view = 0; view < raw.length / 12; view++) {
      const rotation = matrixFromQuaternion(nearestRotation([...raw.slice(12 * view + 3, 12 * view + 12)]));
      for (let row = 0; row < 3; row++)
        for (let col = 0; col < 3; col++)
          // The official decomposition runs in float32.
          expect(rotation[3 * row + col]).toBeCloseTo(poses[16 * view + 4 * row + col], 4);
    }
  }
});

test('the tensors of the released network are all known and all there', async () => {
  const { tensors } = JSON.parse(await readFile(fixture('pi3.tensors.json'), 'utf8')) as {
    tensors: Record<string, number[]>;
  };
  const { config, graphs } = buildPi3({ ...randomSource(tensors, ''), expression: null }, 'model', 'float32');
  expect(config).toMatchObject({
    encoder: { channels: 1024, depth: 24, heads: 16, side: 37, registers: 4 },
    depth: 36,
    heads: 16,
    registers: 5,
  });
  // model-facts 7: 958.7 M.
  const bytes = Object.values(graphs).reduce((sum, { weights }) => sum + weights.byteLength, 0);
  expect(bytes / 4e6).toBeCloseTo(958.7, 0);
  const lacking = { ...tensors };
  delete lacking['conf_decoder.blocks.3.mlp.fc2.bias'];
  expect(() => buildPi3({ ...randomSource(lacking, ''), expression: null }, 'model', 'float32')).toThrow(
    '1 tensor missing: conf_decoder.blocks.3.mlp.fc2.bias',
  );
});
