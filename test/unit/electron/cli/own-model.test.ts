// A checkpoint of models/train in a terminal, from its file to answers in words. Toy weights: what a word finds means little, how it travels does.

import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCli } from '../../../support/crash.ts';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
let root: string;
const cli = (...args: string[]) => startCli(args, join(root, 'data')).ended;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-own-'));
  await mkdir(join(root, 'photos'));
  for (const name of ['room_01.jpg', 'room_02.jpg'])
    await copyFile(inRepository(`projects/sample/room/images/${name}`), join(root, 'photos', name));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('add, check, reconstruct with it, and ask for chairs and tables', { timeout: 180_000 }, async () => {
  const project = ['--project', join(root, 'project')];
  const added = await cli('models', 'add', inRepository('test/fixtures/models/permanence-toy.safetensors'));
  expect(added.code, added.stderr).toBe(0);
  const golden = inRepository('test/fixtures/models/permanence-toy.golden.safetensors');
  expect((await cli('models', 'check', 'permanence-64', '--golden', golden)).code).toBe(0);
  const made = await cli(
    'reconstruct',
    join(root, 'photos'),
    ...project,
    '--engine',
    'permanence-64',
    '--refine',
    'off',
    '--json',
  );
  expect(JSON.parse(made.stdout), made.stderr).toMatchObject({ engine: 'permanence-64', frames: 2, registered: 2 });

  // A toy is sure of nothing, and two cameras are no trajectory: each is said for what it is.
  const scored = await cli('eval', ...project, '--gt', inRepository('projects/sample/room'));
  expect(scored.stdout, scored.stderr).toContain('fewer than three poses in common with the ground truth');
  expect(scored.stdout).toContain('depth: no confident point where the ground truth has depth');

  const probed = await cli('models', 'probe', 'permanence-64', ...project, '--views', '2', '--json');
  expect(JSON.parse(probed.stdout), probed.stderr).toMatchObject({
    held: 1,
    encoders: [{ modelId: null }, { modelId: 'permanence-64', dim: 48 }],
  });
  expect((await cli('models', 'probe', 'permanence-64')).stderr).toContain('--project is missing');

  const unknownRule = await cli('reconstruct', ...project, '--update-rule', 'magic');
  expect(unknownRule).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('plain, ttt3r, filt3r, memix, not magic'),
  });
  // Another rule is another run over the same photos; naming the same one again finds nothing to do.
  for (const [rule, frames] of [
    ['filt3r', 2],
    ['filt3r', 2],
  ] as const) {
    const run = await cli('reconstruct', ...project, '--update-rule', rule, '--refine', 'off', '--json');
    expect(JSON.parse(run.stdout), run.stderr).toMatchObject({ engine: 'permanence-64', frames });
  }

  for (const word of ['chair', 'armchairs', 'table', 'sofa', 'bed']) {
    const answer = await cli('query', ...project, word, '--json');
    expect(answer.code, answer.stderr).toBe(0);
    expect(JSON.parse(answer.stdout).share).toBeGreaterThanOrEqual(0);
  }
  // The toy calls most of a room wall and floor; a little of it is near to one of the things.
  const any = await cli(
    'query',
    ...project,
    'chair or table or sofa or bed or shelf or door',
    '--threshold',
    '0.02',
    '--json',
  );
  expect(JSON.parse(any.stdout).splats).toBeGreaterThan(0);
  const unknown = await cli('query', ...project, 'zeppelin');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('zeppelin');

  // Geometry with its depth for the gaps: two photos of a room are placed by what they show, and the run remembers what it asked.
  const gaps = await cli('reconstruct', ...project, '--engine', 'geometry', '--gaps', 'permanence-64', '--json');
  expect(JSON.parse(gaps.stdout), gaps.stderr).toMatchObject({ engine: 'geometry', frames: 2 });
  const again = await cli('reconstruct', ...project, '--engine', 'geometry', '--gaps', 'permanence-64', '--json');
  expect(JSON.parse(again.stdout), again.stderr).toMatchObject({ engine: 'geometry', seconds: 0 });
  const reversed = await cli('reconstruct', ...project, '--engine', 'permanence-64', '--gaps', 'permanence-64');
  expect(reversed).toMatchObject({ code: 1, stderr: expect.stringContaining('gaps are left by geometry') });
  const nobody = await cli('reconstruct', ...project, '--gaps', 'nobody');
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody') });
});
