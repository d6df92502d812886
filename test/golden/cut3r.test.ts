// CUT3R compiled by us against numbers of the official implementation, stage by stage, through ONNX Runtime.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { precisions, type Precision } from '../../projects/format/precision.ts';
import { buildCut3r } from '../../models/compile/cut3r-pack.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { addPack } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import type { InstalledPack } from '../../models/run/packs.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let packsFolder = '';

beforeAll(async () => {
  packsFolder = await mkdtemp(join(tmpdir(), 'packs-'));
});
afterAll(() => rm(packsFolder, { recursive: true, force: true }));

async function installed(head: string, precision: Precision): Promise<InstalledPack> {
  const path = fixture(`cut3r-tiny-${head}.safetensors`);
  return (await addPack(path, { packsFolder, acceptLicence: true, precision, session })).pack;
}

const runs = [
  ['linear', 'golden', 55],
  ['dpt', 'golden', 55],
  ['linear', 'golden-ttt3r', 35],
] as const;

describe.each(precisions)('a pack in %s', (precision) => {
  test.for(runs)('with the %s head agrees with every stage of %s', async ([head, golden, stages]) => {
    const pack = await installed(head, precision);
    const report = await checkPack(pack, fixture(`cut3r-tiny-${head}.${golden}.safetensors`), session);
    // Tolerances and their reasons: models/run/check-pack.ts.
    expect(report.tolerance).toEqual(goldenTolerance[precision]);
    expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.outputs).toHaveLength(stages);
  });
});

test.for(runs)(
  'with the %s head float32 keeps every number of %s within 1e-4, encoder features included',
  async ([head, golden]) => {
    // The encoder is the tightest: without the official rounding of its queries and keys to halves it is 3e-4 off.
    const report = await checkPack(
      await installed(head, 'float32'),
      fixture(`cut3r-tiny-${head}.${golden}.safetensors`),
      session,
    );
    expect(Math.max(...report.outputs.map(({ maxAbsolute }) => maxAbsolute))).toBeLessThan(1e-4);
  },
);

test('in eight bits it takes less than half the disk, says so in its name, and is not for networks nobody tried it on', async () => {
  const [whole, eighth] = [await installed('linear', 'float32'), await installed('linear', 'int8')];
  const bytesOf = ({ manifest }: InstalledPack): number => manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(bytesOf(eighth)).toBeLessThan(bytesOf(whole) / 2);
  expect(eighth.manifest).toMatchObject({ id: 'cut3r-64-linear-i8', precision: 'int8' });
  const pairs = addPack(fixture('dust3r-tiny-linear.safetensors'), {
    packsFolder,
    acceptLicence: true,
    precision: 'int8',
    session,
  });
  await expect(pairs).rejects.toMatchObject({
    code: 'checkpoint-unsupported',
    message: expect.stringContaining('eight bits'),
  });
});

test('a golden file of other weights is told apart', async () => {
  const report = await checkPack(
    await installed('linear', 'float32'),
    fixture('cut3r-tiny-dpt.golden.safetensors'),
    session,
  );
  expect(report.passed).toBe(false);
});

describe.each(['cut3r_512_dpt_4_64', 'cut3r_224_linear_4'])('the released checkpoint %s', (name) => {
  const read = async (): Promise<Record<string, number[]>> =>
    (JSON.parse(await readFile(fixture(`${name}.tensors.json`), 'utf8')) as { tensors: Record<string, number[]> })
      .tensors;

  test('has exactly the names and shapes the compiler expects', async () => {
    const { config } = buildCut3r(randomSource(await read(), 'M()'), name, 'float32');
    expect(config.stateHeads).toBe(16);
    expect(config.head).toBe(name.includes('dpt') ? 'dpt' : 'linear');
    expect(config.sizePx).toBe(name.includes('dpt') ? 512 : 224);
  });

  test('is refused by name when a tensor is missing, new, or of another shape', async () => {
    const shapes = await read();
    const build = (changed: Record<string, number[]>) => () =>
      buildCut3r(randomSource(changed, 'M()'), name, 'float32');
    const { 'dec_blocks.3.norm_y.weight': lost, ...without } = shapes;
    expect(lost).toEqual([768]);
    expect(build(without)).toThrow('missing: dec_blocks.3.norm_y.weight');
    expect(build({ ...shapes, 'extra.weight': [3] })).toThrow('unexpected: extra.weight');
    expect(build({ ...shapes, 'dec_norm.bias': [767] })).toThrow('dec_norm.bias [767] instead of [768]');
  });
});
