// DUSt3R compiled by us against numbers of the official implementation on one pair.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

test.for(['float32', 'float16'] as const)('points and confidences of both photos agree in %s', async (precision) => {
  const options = { packsFolder, acceptLicence: true, precision, session };
  const { pack } = await addPack(fixture('dust3r-tiny-linear.safetensors'), options);
  expect(pack.manifest).toMatchObject({ kind: 'pairwise', family: 'dust3r' });
  const report = await checkPack(pack, fixture('dust3r-tiny-linear.golden.safetensors'), session);
  // Tolerances and their reasons: models/run/check-pack.ts.
  expect(report.tolerance).toEqual(goldenTolerance[precision]);
  expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.outputs.map(({ name }) => name)).toEqual([
    'out.1.pts3d',
    'out.2.pts3d_in_other_view',
    'out.1.conf',
    'out.2.conf',
  ]);
});

test('a golden file of another kind is told apart', async () => {
  const { pack } = await addPack(fixture('dust3r-tiny-linear.safetensors'), {
    packsFolder,
    acceptLicence: true,
    session,
  });
  await expect(checkPack(pack, fixture('cut3r-tiny-linear.golden.safetensors'), session)).rejects.toThrow(
    'no recorded pair',
  );
});
