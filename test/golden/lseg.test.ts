// LSeg compiled by us agrees with a PyTorch reference on random weights (test/fixtures/models/lseg-tiny/make_golden.py).
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLseg } from '../../models/compile/lseg.ts';
import { randomSource } from '../../models/compile/random-source.ts';
import { addPack, previewCheckpoint } from '../../models/run/add-pack.ts';
import { checkPack, goldenTolerance } from '../../models/run/check-pack.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../projects/format/safetensors.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/models/lseg-tiny/${name}`, import.meta.url));
const session = { providers: [], threads: 1 } as const;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-lseg-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.for(['float32', 'float16'] as const)('the checkpoint as %s', (precision) => {
  test('gives the same vectors for a sentence and for every second pixel', async () => {
    const options = { packsFolder: join(folder, precision), acceptLicence: true, precision, session };
    const { pack, selfCheck } = await addPack(fixture('lseg.safetensors'), options);
    expect(pack.manifest).toMatchObject({ kind: 'language', family: 'lseg' });
    expect(selfCheck?.passed).toBe(true);
    const report = await checkPack(pack, fixture('golden.safetensors'), session);
    // Tolerances and their reasons: models/run/check-pack.ts. The reference normalises by batch norms, the pack has them folded.
    expect(report.tolerance).toEqual(goldenTolerance[precision]);
    expect(report.outputs.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.outputs.map(({ name, items }) => [name, items])).toEqual([
      ['out.vector', 48],
      ['out.patches', 32 * 80 * 48],
    ]);
  });
});

test('the tensors of the released network are all known and all there', async () => {
  const path = fileURLToPath(new URL('../fixtures/models/lseg_demo_e200.tensors.json', import.meta.url));
  const { tensors } = JSON.parse(await readFile(path, 'utf8')) as { tensors: Record<string, number[]> };
  const { config, graphs } = buildLseg(randomSource(tensors, ''), 'demo_e200.ckpt', 'float32');
  expect(config).toMatchObject({
    patchPx: 16,
    gridSide: 24,
    depth: 24,
    channels: 1024,
    dim: 512,
    factors: [4, 2, 1, 0.5],
  });
  // 342 M numbers of the picture's side and 63 M of the text side: the rest of the file is not needed.
  const bytes = graphs.image.weights.byteLength + graphs.text.weights.byteLength;
  expect(bytes / 4e6).toBeCloseTo(405, 0);
});

/** The fixture with some tensors changed, as a file of its own. */
async function changed(name: string, change: (tensors: Record<string, NamedTensor>) => void): Promise<string> {
  const tensors = Object.fromEntries(decodeSafetensors(await readFile(fixture('lseg.safetensors'))).tensors);
  change(tensors);
  const path = join(folder, name);
  await writeFile(path, encodeSafetensors(tensors));
  return path;
}

test.for([
  'net.scratch.refinenet2.resConfUnit1.bn2.running_mean',
  'net.pretrained.act_postprocess3.0.project.0.weight',
  'net.clip_pretrained.transformer.resblocks.1.mlp.c_fc.bias',
])('a file that lacks %s is refused by name', async (lacking) => {
  const path = await changed('lacking.safetensors', (tensors) => delete tensors[lacking]);
  const [, norm] = /^net\.(.*)\.running_mean$/.exec(lacking) ?? [];
  await expect(previewCheckpoint(path, folder)).rejects.toThrow(norm ?? lacking.replace('net.', ''));
});

test('LSM’s own file is told what to add instead', async () => {
  const path = join(folder, 'checkpoint-final.safetensors');
  const one = { dtype: 'F32', shape: [1], data: new Float32Array(1) } as const;
  await writeFile(
    path,
    encodeSafetensors({
      'point_transformer.embedding.stem.conv.weight': one,
      'gaussian_head.gaussian_proj.weight': one,
    }),
  );
  await expect(previewCheckpoint(path, folder)).rejects.toThrow(/it is LSM.*add .* DUSt3R 512 DPT and LSeg/);
});
