// The command line as scripts use it: real processes, stdout for answers alone, exit codes, one sentence for every error.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../../../../electron/cli/run-cli.ts';
import { lookAt, startCli } from '../../../support/crash.ts';
import { writePhotos } from '../../../support/engine/generated-photos.ts';
import { numbered } from '../../../support/engine/ledger-project.ts';

let root: string;
const cli = (...args: string[]) => startCli(args, join(root, 'data')).ended;
const project = (): string => join(root, 'project');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-'));
  await mkdir(join(root, 'photos'));
  await mkdir(join(root, 'empty'));
  await writePhotos(join(root, 'photos'), numbered(3));
  await writeFile(join(root, 'photos', 'broken.jpg'), 'no picture');
});
afterAll(() => rm(root, { recursive: true, force: true }));

test(
  'a folder becomes a project, once more it goes on with what is new, and then there is nothing to do',
  {
    timeout: 180_000,
  },
  async () => {
    const args = ['reconstruct', join(root, 'photos'), '--project', project(), '--engine', 'tiny-recurrent', '--json'];
    const first = await cli(...args);
    expect(first.code, first.stderr).toBe(0);
    const report = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual([
      'engine',
      'photos',
      'frames',
      'registered',
      'points',
      'seconds',
      'secondsInModel',
      'firstPointsMs',
      'peakRssMb',
      'refined',
      'revisited',
      'polished',
      'warnings',
      'problems',
    ]);
    expect(report).toMatchObject({ engine: 'tiny-recurrent', photos: 3, frames: 3, registered: 3 });
    expect(report.problems).toEqual([
      {
        name: 'broken.jpg',
        code: 'photo-unreadable',
        reason: expect.stringMatching(/^broken\.jpg cannot be read: .*\.$/),
      },
    ]);
    expect(report.secondsInModel).toBeGreaterThan(0);
    expect(report.seconds).toBeGreaterThan(report.secondsInModel as number);

    await rm(join(root, 'photos', 'broken.jpg'));
    await writePhotos(join(root, 'photos'), numbered(2, 4));
    const second = await cli(...args.slice(0, 4), '--json');
    expect(JSON.parse(second.stdout)).toMatchObject({ engine: 'tiny-recurrent', photos: 5, frames: 5, problems: [] });
    const third = await cli(...args.slice(0, 4), '--json');
    expect(third.code).toBe(0);
    expect(JSON.parse(third.stdout)).toMatchObject({ frames: 5, registered: 5, seconds: 0, firstPointsMs: null });
    expect((await lookAt(project())).runs).toBe(1);

    const path = join(root, 'out', 'path.txt');
    const exported = await cli('export', '--project', project(), '--format', 'tum', '--out', path, '--json');
    expect(JSON.parse(exported.stdout)).toMatchObject({ format: 'tum', path });
    expect(
      (await readFile(path, 'utf8'))
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toHaveLength(5);
  },
);

test.each([
  [
    'a folder without photos',
    ['reconstruct', 'EMPTY', '--project', 'NEW'],
    1,
    /^There are no photos in empty\. \[no-photos\]$/,
  ],
  [
    'a method that is not installed',
    ['reconstruct', 'PHOTOS', '--project', 'NEW', '--engine', 'x'],
    1,
    /^There is no installed method called x\. \[model-unknown\]$/,
  ],
  ['a folder that does not exist', ['reconstruct', 'GONE', '--project', 'NEW'], 1, /\[no-photos\]$/],
  ['a missing project', ['export', '--project', 'NEW', '--format', 'ply', '--out', 'NEW'], 1, /\[project-missing\]$/],
  [
    'an unknown format',
    ['export', '--project', 'NEW', '--format', 'x', '--out', 'NEW'],
    1,
    /called x\. \[format-unknown\]$/,
  ],
  ['an unknown option', ['reconstruct', 'EMPTY', '--projekt', 'NEW'], 1, /Usage: reconstruct .* \[bad-input\]$/],
  [
    'a wrong number',
    ['reconstruct', 'EMPTY', '--project', 'NEW', '--size', '3'],
    1,
    /at least 64, not 3\. \[bad-input\]$/,
  ],
  ['an unknown command', ['rekonstruct'], 2, /^There is no command rekonstruct\./],
])('%s is answered with one sentence and without a trace', async (_, args, code, sentence) => {
  const paths: Record<string, string> = {
    EMPTY: join(root, 'empty'),
    PHOTOS: join(root, 'photos'),
    GONE: join(root, 'gone'),
    NEW: join(root, 'new'),
  };
  const out: string[] = [];
  const err: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  vi.stubEnv('PERMANENCE_DATA', join(root, 'data'));
  const ended = await runCli(args.map((arg) => paths[arg] ?? arg));
  vi.restoreAllMocks();
  expect(ended).toBe(code);
  expect(out).toEqual([]);
  expect(err.at(-1)?.trim()).toMatch(sentence);
  expect(existsSync(paths['NEW'])).toBe(false);
});

test('Ctrl-C pauses, keeps the state and says how to go on', { timeout: 120_000 }, async () => {
  const folder = join(root, 'many');
  const target = join(root, 'interrupted');
  await mkdir(folder);
  await writePhotos(folder, numbered(30));
  const { child, ended } = startCli(
    ['reconstruct', folder, '--project', target, '--engine', 'tiny-recurrent', '--json'],
    join(root, 'data'),
  );
  const chunks = join(target, 'chunks');
  while ((await readdir(chunks).catch(() => [])).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain(`To go on: reconstruct --project ${target}`);
  const { frames } = JSON.parse(stdout) as { frames: number };
  expect(frames).toBeGreaterThan(0);
  expect(frames).toBeLessThan(30);
  expect((await lookAt(target)).runStatus).toBe('paused');
});

test('help names every command, and methods are listed as data', { timeout: 120_000 }, async () => {
  const help = await cli('help');
  for (const name of ['reconstruct', 'export', 'query', 'render', 'eval', 'models', 'serve'])
    expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  const models = await cli('models', 'list', '--json');
  expect(JSON.parse(models.stdout)).toContainEqual(expect.objectContaining({ id: 'geometry', isDefault: true }));
});
