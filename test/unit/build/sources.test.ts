// When a bundle counts as old, and where Electron's program is found without being downloaded.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { electronBinary } from '../../../build/electron-binary.ts';
import { isStale, repository } from '../../../build/sources.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'permanence-build-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('a bundle', () => {
  const at = (name: string): string => relative(repository, join(folder, name));
  const age = (name: string, seconds: number): void => utimesSync(join(folder, name), seconds, seconds);
  beforeEach(() => {
    mkdirSync(join(folder, 'sources'));
    writeFileSync(join(folder, 'sources', 'a.ts'), '');
    writeFileSync(join(folder, 'bundle.js'), '');
    age('sources/a.ts', 1000);
    age('sources', 1000);
    age('bundle.js', 2000);
  });

  test('that is newer than its sources is kept', () => {
    expect(isStale(at('bundle.js'), [at('sources')])).toBe(false);
  });

  test('is old when a source, however deep, has changed', () => {
    age('sources/a.ts', 3000);
    expect(isStale(at('bundle.js'), [at('sources')])).toBe(true);
  });

  test('is old when a source was deleted', () => {
    rmSync(join(folder, 'sources', 'a.ts'));
    age('sources', 3000);
    expect(isStale(at('bundle.js'), [at('sources')])).toBe(true);
  });

  test('is old when it is missing', () => {
    expect(isStale(at('nothing.js'), [at('sources')])).toBe(true);
  });
});

describe('the Electron program', () => {
  test('is found by the name that the installer wrote down', () => {
    mkdirSync(join(folder, 'dist', 'Electron.app'), { recursive: true });
    writeFileSync(join(folder, 'path.txt'), 'Electron.app/Electron');
    writeFileSync(join(folder, 'dist', 'Electron.app', 'Electron'), '');
    expect(electronBinary(folder, {})).toBe(join(folder, 'dist', 'Electron.app', 'Electron'));
  });

  test('is missing when only its name is there, or nothing at all', () => {
    writeFileSync(join(folder, 'path.txt'), 'electron');
    expect(electronBinary(folder, {})).toBeNull();
    expect(electronBinary(join(folder, 'nothing'), {})).toBeNull();
  });

  test('may lie where the environment says', () => {
    writeFileSync(join(folder, 'electron'), '');
    expect(electronBinary(join(folder, 'nothing'), { ELECTRON_OVERRIDE_DIST_PATH: folder })).toBe(
      join(folder, 'electron'),
    );
  });
});
