// The packaged program: its fuses, what lies beside the archive, and that every file it needs is in the list.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { FuseV1Options } from '@electron/fuses';
import { targets } from '../../../build/build.ts';
import { configuration, fuses, removeForeignBinaries } from '../../../build/electron-builder.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const listed = (path: string): boolean =>
  (configuration.files as string[]).some((pattern) => !pattern.startsWith('!') && matchesGlob(path, pattern));

test('the program runs no foreign code: not as Node, not by environment, not by debugger, not from outside of its archive', () => {
  expect(fuses).toEqual({
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  });
});

test('every bundle and the start file are packed', () => {
  const { cli: _onlyOfNpm, ...packed } = targets;
  for (const { output } of Object.values(packed)) expect(listed(output), output).toBe(true);
  expect(packageJson.main).toBe(targets.main.output);
  expect(configuration.asar).toBe(true);
});

test('what native libraries open lies beside the archive', () => {
  const unpacked = configuration.asarUnpack as string[];
  for (const path of ['models/zoo/tiny/model.onnx', 'projects/sample/room/images/000.jpg', 'node_modules/a/b.node']) {
    expect(
      unpacked.some((pattern) => matchesGlob(path, pattern)),
      path,
    ).toBe(true);
  }
});

test('libraries that the bundles leave outside are dependencies of the program', () => {
  // Everything else is bundled and must not be shipped twice.
  expect(Object.keys(packageJson.dependencies)).toEqual(
    expect.arrayContaining(['better-sqlite3', 'onnxruntime-node', 'sharp', 'valibot', 'chokidar']),
  );
  expect(Object.keys(packageJson.dependencies)).not.toContain('electron');
});

test('libraries for other systems are left out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'permanence-pack-'));
  const bin = join(folder, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
  for (const system of ['linux', 'win32', 'darwin']) mkdirSync(join(bin, system, 'x64'), { recursive: true });
  const removed = await removeForeignBinaries(folder, 'linux');
  expect(removed.toSorted()).toEqual([join(bin, 'darwin'), join(bin, 'win32')]);
  expect([existsSync(join(bin, 'linux')), existsSync(join(bin, 'win32'))]).toEqual([true, false]);
  expect(await removeForeignBinaries(join(folder, 'nothing'), 'linux')).toEqual([]);
  rmSync(folder, { recursive: true });
});
