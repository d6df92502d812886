// VGGT in a terminal, from its file to a scene of real photos and back: add, check, reconstruct, kill, go on, refine, remove. Random weights: plumbing only.

import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finalState, lookAt, newChunks, startCli } from '../../../support/crash.ts';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const fixture = (name: string): string => inRepository(`test/fixtures/models/vggt-tiny/${name}.safetensors`);
/** More than fit into one window. */
const rooms = ['01', '02', '03', '04', '05', '06', '07'].map((number) => `room_${number}.jpg`);
let root: string;
const start = (...args: string[]) => startCli(args, join(root, 'data'));
/** What it says on stdout, once it has gone well. */
async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await start(...args).ended;
  expect(code, stderr).toBe(0);
  return stdout;
}
const reconstruct = (project: string, photos = 'photos', refine = 'off'): string[] => [
  'reconstruct',
  join(root, photos),
  '--project',
  join(root, project),
  '--engine',
  'vggt-70',
  '--refine',
  refine,
  '--json',
];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-views-'));
  await mkdir(join(root, 'photos'));
  await mkdir(join(root, 'few'));
  for (const name of rooms.slice(0, 2))
    await copyFile(inRepository(`projects/sample/room/images/${name}`), join(root, 'few', name));
  for (const name of rooms)
    await copyFile(inRepository(`projects/sample/room/images/${name}`), join(root, 'photos', name));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('add, check, reconstruct, kill, go on, remove', { timeout: 300_000 }, async () => {
  const refused = await start('models', 'add', fixture('vggt')).ended;
  expect(refused.stderr).toMatch(/VGGT License by Meta.*\[model-licence\]/s);
  await said('models', 'add', fixture('vggt'), '--accept-licence');
  const listed = JSON.parse(await said('models', 'list', '--json')) as { id: string; kind: string }[];
  expect(listed.find(({ id }) => id === 'vggt-70')).toMatchObject({ kind: 'multi-view' });
  await said('models', 'check', 'vggt-70', '--golden', fixture('golden'));

  const whole = JSON.parse(await said(...reconstruct('whole'))) as object;
  expect(whole).toMatchObject({ engine: 'vggt-70', photos: 7, frames: 7, registered: 7 });

  const { child, ended } = start(...reconstruct('killed'));
  await newChunks(join(root, 'killed'), 1, ended);
  child.kill('SIGKILL');
  await ended;
  const between = await lookAt(join(root, 'killed'));
  expect(between).toMatchObject({ rowsWithoutFiles: [], openNotices: [], failed: 0 });
  expect(JSON.parse(await said(...reconstruct('killed')))).toMatchObject({
    frames: 7,
    registered: 7,
  });
  expect((await lookAt(join(root, 'killed'))).placed).toEqual(rooms);
  expect(await finalState(join(root, 'killed'))).toEqual(await finalState(join(root, 'whole')));

  expect(JSON.parse(await said(...reconstruct('refined', 'few', 'on')))).toMatchObject({ registered: 2 });
  await said('export', '--project', join(root, 'refined'), '--format', 'colmap', '--out', join(root, 'colmap'));
  expect(await readdir(join(root, 'colmap'))).not.toEqual([]);

  await said('models', 'remove', 'vggt-70');
  const gone = await start('models', 'check', 'vggt-70').ended;
  expect(gone.stderr).toContain('[model-unknown]');
});
