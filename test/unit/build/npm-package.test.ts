// `permanence` as npm installs it: the package holds all that the command line needs, and works from a folder without sources.

import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildStale, targets, type TargetName } from '../../../build/build.ts';
import { inRepository, repository } from '../../../build/sources.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const bundles: TargetName[] = ['renderer', 'share', 'engine', 'cli'];
let folder: string;

const permanence = (...words: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [join(folder, 'package', packageJson.bin.permanence), ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PERMANENCE_DATA: join(folder, 'data') },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'permanence-package-'));
  await buildStale(bundles);
  // The scripts of the package would build everything again.
  const npm = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  expect(spawnSync('npm', npm, { cwd: repository }).status).toBe(0);
  const [archive] = globSync('permanence-*.tgz', { cwd: folder });
  expect(spawnSync('tar', ['xzf', archive], { cwd: folder }).status).toBe(0);
  symlinkSync(inRepository('node_modules'), join(folder, 'package', 'node_modules'));
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the package is made of fresh bundles, and holds each of them', () => {
  expect(packageJson.scripts.prepack).toBe(`node build/build.ts ${bundles.join(' ')}`);
  for (const name of bundles) expect(existsSync(join(folder, 'package', targets[name].output)), name).toBe(true);
  for (const file of targets.engine.data ?? [])
    expect(existsSync(join(folder, 'package', 'dist', 'engine', file.split('/').at(-1) ?? ''))).toBe(true);
  expect(existsSync(join(folder, 'package', 'electron'))).toBe(false);
  const program = readFileSync(join(folder, 'package', packageJson.bin.permanence), 'utf8');
  expect(program.startsWith('#!/usr/bin/env node\n')).toBe(true);
});

test('the installed program reconstructs photos and shares them as a page', () => {
  const photos = [1, 2, 3].map((idx) => inRepository('projects', 'sample', 'room', 'images', `room_0${idx}.jpg`));
  const run = permanence('reconstruct', ...photos, '--project', 'project', '--size', '320', '--json');
  expect(run.stderr).not.toMatch(/\[[a-z-]+\]$/m);
  expect(JSON.parse(run.stdout)).toMatchObject({ engine: 'geometry', registered: 3 });
  const page = permanence('export', '--project', 'project', '--format', 'html', '--out', 'room.html');
  expect(page.status, page.stderr).toBe(0);
  expect(existsSync(join(folder, 'room.html'))).toBe(true);
}, 120_000);
