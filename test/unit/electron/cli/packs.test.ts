// Packs of one's own in a terminal: Splatt3R reconstructs and brings its splats, LSeg makes every word known. Random weights: plumbing only.

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeSafetensors, type NamedTensor } from '../../../../projects/format/safetensors.ts';
import { startCli } from '../../../support/crash.ts';
import { writeWithWholeVocabulary } from '../../../support/whole-vocabulary.ts';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
let root: string;
const cli = (...args: string[]) => startCli(args, join(root, 'data')).ended;
/** What it says on stdout, once it has gone well. */
async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...args);
  expect(code, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-packs-'));
  await mkdir(join(root, 'photos'));
  for (const name of ['room_01.jpg', 'room_02.jpg'])
    await copyFile(inRepository(`projects/sample/room/images/${name}`), join(root, 'photos', name));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Bulk files of the project by kind: each one's tensors. */
async function chunks(kind: string): Promise<ReadonlyMap<string, NamedTensor>[]> {
  const folder = join(root, 'project', 'chunks');
  const files = await Promise.all((await readdir(folder)).map(async (name) => readFile(join(folder, name))));
  return files
    .map((file) => decodeSafetensors(file))
    .flatMap(({ metadata, tensors }) => (metadata.kind === kind ? [tensors] : []));
}

const numbersOf = (tensors: ReadonlyMap<string, NamedTensor>, name: string): number[] =>
  Array.from((tensors.get(name)?.data ?? []) as Float32Array);

test('add, list, reconstruct, ask, export', { timeout: 300_000 }, async () => {
  const project = ['--project', join(root, 'project')];
  const checkpoint = inRepository('test/fixtures/models/splatt3r-tiny/splatt3r.safetensors');
  const refused = await cli('models', 'add', checkpoint);
  expect(refused.stderr).toMatch(/NonCommercial 4\.0 \(Splatt3R.*\[model-licence\]/s);
  await said('models', 'add', checkpoint, '--accept-licence');
  const made = await said(
    'reconstruct',
    join(root, 'photos'),
    ...project,
    '--engine',
    'splatt3r-64-dpt',
    '--refine',
    'off',
    '--json',
  );
  expect(JSON.parse(made)).toMatchObject({ engine: 'splatt3r-64-dpt', frames: 2, registered: 2 });

  const before = await cli('query', ...project, 'zebra');
  expect(before.stderr).toContain('I know no word like “zebra” without a language pack.');
  // Every splat that was made is one that the network predicted.
  const predicted = new Set((await chunks('points')).flatMap((tensors) => numbersOf(tensors, 'splatLogScales')));
  const splats = await chunks('gaussians');
  expect(splats).toHaveLength(2);
  const scales = splats.flatMap((tensors) => numbersOf(tensors, 'logScales'));
  expect(scales.length).toBeGreaterThan(100);
  expect(scales.filter((value) => !predicted.has(value))).toEqual([]);

  const lseg = join(root, 'demo_e200.safetensors');
  await writeWithWholeVocabulary('LSeg', lseg);
  await said('models', 'add', lseg, '--accept-licence');
  const listed = JSON.parse(await said('models', 'list', '--json')) as { name: string; kind: string }[];
  expect(listed.map(({ name, kind }) => [name, kind])).toEqual([
    ['Geometry', 'geometry'],
    ['LSeg ViT-B/16', 'language'],
    ['Splatt3R 64 DPT', 'pairwise'],
  ]);
  const zebra = await said('query', ...project, 'zebra', '--threshold', '0', '--json');
  expect(JSON.parse(zebra)).toMatchObject({ splats: scales.length / 3 });
  expect(await chunks('features')).toHaveLength(2);

  const ply = join(root, 'splats.ply');
  await said('export', ...project, '--format', 'splat-ply', '--out', ply);
  const header = (await readFile(ply)).subarray(0, 100).toString('latin1');
  expect(Number(/element vertex (\d+)/.exec(header)?.[1])).toBe(scales.length / 3);
});

test(
  'a checkpoint in eight bits runs beside itself in full; other precisions are refused',
  { timeout: 120_000 },
  async () => {
    const checkpoint = inRepository('test/fixtures/models/cut3r-tiny-linear.safetensors');
    const unknown = await cli('models', 'add', checkpoint, '--precision', 'int4');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('float32, float16, int8, not int4') });
    const added = await said('models', 'add', checkpoint, '--accept-licence', '--precision', 'int8', '--json');
    expect(JSON.parse(added)).toMatchObject({ id: 'cut3r-64-linear-i8', kind: 'recurrent' });
    const project = ['--project', join(root, 'eight-bits')];
    const made = await said(
      'reconstruct',
      join(root, 'photos'),
      ...project,
      '--engine',
      'cut3r-64-linear-i8',
      '--json',
    );
    expect(JSON.parse(made)).toMatchObject({ engine: 'cut3r-64-linear-i8', frames: 2, registered: 2 });
  },
);
