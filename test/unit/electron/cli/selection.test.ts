// The terminal exports what a question finds, and counts what there is.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { startCli } from '../../../support/crash.ts';
import { finishedProject } from '../../../support/finished-project.ts';

let root: string;
const cli = (...args: string[]) => startCli(args, join(root, 'data')).ended;
const project = (): string => join(root, 'room');
const inRoot = (name: string): string => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-selection-'));
  await finishedProject(project(), 'Room', boxRoom(), arcCameras(2, 120, 90, 40));
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const verticesOf = async (file: string): Promise<number> =>
  Number(/element vertex (\d+)/.exec((await readFile(file)).subarray(0, 600).toString('latin1'))?.[1]);

test('an export of what a question finds holds those splats, and the points that lie on them', async () => {
  const only = ['--project', project(), '--only', 'blue and not wall'];
  const splats = await cli('export', ...only, '--format', 'splat-ply', '--out', inRoot('splats.ply'));
  expect(splats.code, splats.stderr).toBe(0);
  const found = await cli('query', '--project', project(), 'blue and not wall', '--json');
  expect(await verticesOf(inRoot('splats.ply'))).toBe((JSON.parse(found.stdout) as { splats: number }).splats);
  await cli('export', ...only, '--format', 'ply', '--out', inRoot('points.ply'));
  const points = await verticesOf(inRoot('points.ply'));
  // Points are not merged between photos: more of them than splats, and still a small part of the room.
  expect(points).toBeGreaterThan(await verticesOf(inRoot('splats.ply')));
  expect(points).toBeLessThan(0.2 * 2 * 120 * 90);
});

test('an inventory has a line for each word, from both commands', async () => {
  const out = ['--project', project(), '--format', 'inventory', '--out', inRoot('a.csv'), '--words', 'floor, blue'];
  expect((await cli('export', ...out)).stdout.trim()).toBe(inRoot('a.csv'));
  const counted = await cli(
    'query',
    '--project',
    project(),
    'floor, blue',
    '--threshold',
    '0.35',
    '--csv',
    inRoot('b.csv'),
  );
  expect(counted.code, counted.stderr).toBe(0);
  const table = await readFile(inRoot('a.csv'), 'utf8');
  expect(table.split('\n').map((line) => line.split(',')[0])).toEqual(['label', 'floor', 'blue', '']);
  expect(await readFile(inRoot('b.csv'), 'utf8')).toBe(table);
});

test('a label set that the project keeps counts as in the studio, and one it does not keep is said', async () => {
  const store = await ProjectStore.open(project());
  const labels = [
    { word: 'blue', color: '#0000ff' },
    { word: 'floor', color: '#884422' },
  ];
  store.labelSets.replaceAll([{ id: 'mine', name: 'Mine', labels, reject: 0.5 }]);
  store.close();
  const counted = await cli('query', '--project', project(), '--labels', 'Mine', '--json');
  expect(counted.code, counted.stderr).toBe(0);
  const said = JSON.parse(counted.stdout) as { labels: { word: string; splats: number }[] };
  expect(said.labels.map(({ word }) => word)).toEqual(['blue', 'floor', 'none of these']);
  const blue = JSON.parse((await cli('query', '--project', project(), 'blue', '--json')).stdout) as { splats: number };
  // Nearly all that is blue is blue rather than floor: the two only part what both claim.
  expect(said.labels[0].splats).toBeGreaterThan(0.9 * blue.splats);
  expect(said.labels[0].splats).toBeLessThanOrEqual(blue.splats);
  const unknown = await cli('query', '--project', project(), '--labels', 'Yours');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('“Mine”');
});

test('where a question finds nothing, one sentence says so and no file is written', async () => {
  const args = ['--project', project(), '--format', 'ply', '--out', inRoot('c.ply')];
  const nothing = await cli('export', ...args, '--only', 'red and not red');
  expect(nothing.code).toBe(1);
  expect(nothing.stderr).toContain('nothing-selected');
  await expect(readFile(inRoot('c.ply'))).rejects.toThrow();
});
