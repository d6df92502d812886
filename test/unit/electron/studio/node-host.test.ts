// Where settings and projects are on each system, and what native libraries are told about packed files.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  engineEntry,
  nodeStudioOptions,
  outsideArchive,
  programFolder,
  programVersion,
  userFolders,
} from '../../../../electron/studio/node-host.ts';

test.each([
  ['linux', {}, '/home/ada/.local/share/permanence'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data/permanence'],
  ['darwin', {}, '/home/ada/Library/Application Support/Permanence'],
  ['win32', { APPDATA: '/roaming' }, '/roaming/Permanence'],
] as const)('on %s with %j settings are in %s', (platform, environment, dataFolder) => {
  expect(userFolders(environment, platform, '/home/ada')).toEqual({
    dataFolder: join(dataFolder),
    projectsFolder: join('/home/ada/Permanence'),
  });
});

test('one folder may hold everything', () => {
  expect(userFolders({ PERMANENCE_DATA: '/all' }, 'linux', '/home/ada')).toEqual({
    dataFolder: '/all',
    projectsFolder: join('/all/projects'),
  });
});

test('a file of the packed program is named where it lies beside the archive', () => {
  expect(outsideArchive('/opt/app/resources/app.asar/models/zoo')).toBe(
    '/opt/app/resources/app.asar.unpacked/models/zoo',
  );
  expect(outsideArchive('/opt/app/resources/app.asar')).toBe('/opt/app/resources/app.asar.unpacked');
  expect(outsideArchive('/home/ada/app.asaryan/models')).toBe('/home/ada/app.asaryan/models');
});

test('the program finds itself', () => {
  expect(existsSync(join(programFolder, 'package.json'))).toBe(true);
  expect(existsSync(engineEntry())).toBe(true);
  expect(programVersion()).toMatch(/^\d+\.\d+\.\d+/);
  expect(nodeStudioOptions('cli')).toMatchObject({ host: 'cli', dialogs: null, reveal: null });
});
