// The whole shell from its first line to its last, under a stand-in of Electron and of the core.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StudioOptions } from '../../../../electron/studio/options.ts';
import type { FakeStudio } from '../../../support/fake-studio.ts';

const made = vi.hoisted(() => ({ studio: null as FakeStudio | null, options: null as StudioOptions | null }));
vi.mock('../../../../electron/studio/studio.ts', async () => {
  const { fakeStudio } = await import('../../../support/fake-studio.ts');
  return {
    createStudio: (options: StudioOptions) => {
      made.options = options;
      return (made.studio = fakeStudio());
    },
  };
});

let dataFolder: string;
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'permanence-main-'));
  vi.stubEnv('PERMANENCE_DATA', dataFolder);
  vi.resetModules();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dataFolder, { recursive: true });
});

/** A fresh stand-in and a fresh shell upon it, as after a start of the program. */
async function startShell(hasLock = true): Promise<typeof import('../../../support/fake-electron.ts')> {
  const electron = await import('../../../support/fake-electron.ts');
  electron.app.hasLock = hasLock;
  electron.app.ready.resolve();
  await import('../../../../electron/main/main.ts');
  return electron;
}

test('sandbox, scheme and folder are set before Electron is ready, and the folder exists', async () => {
  const { calls, callsOf } = await startShell();
  const names = calls.map(({ name }) => name);
  for (const early of ['app.setPath', 'app.enableSandbox', 'protocol.registerSchemesAsPrivileged']) {
    expect(names.indexOf(early)).toBeGreaterThanOrEqual(0);
    expect(names.indexOf(early)).toBeLessThan(names.indexOf('app.whenReady'));
  }
  expect(callsOf('app.setPath')).toEqual([['userData', join(dataFolder, 'window')]]);
  expect(existsSync(join(dataFolder, 'window'))).toBe(true);
});

test('one window opens with the preload script, behind a locked-down session', async () => {
  const { BrowserWindow, session, callsOf } = await startShell();
  expect(BrowserWindow.all.length).toBe(1);
  expect(BrowserWindow.all[0]!.options['webPreferences']).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    preload: expect.stringMatching(/dist.preload.preload\.cjs$/),
  });
  expect(BrowserWindow.all[0]!.webContents.openHandler!({ url: 'https://x.example' })).toEqual({ action: 'deny' });
  expect(session.defaultSession.permissionCheck!(null, 'media', 'studio://app/')).toBe(false);
  expect(callsOf('protocol.handle').map(([scheme]) => scheme)).toEqual(['studio']);
});

test('the core gets the dialogs of the system and the folders of this user', async () => {
  await startShell();
  expect(made.options).toMatchObject({
    host: 'electron',
    dataFolder,
    projectsFolder: join(dataFolder, 'projects'),
    dialogs: { pick: expect.any(Function), save: expect.any(Function) },
    reveal: expect.any(Function),
  });
});

test('a second instance ends at once, and the first comes to the front', async () => {
  const second = await startShell(false);
  expect(second.callsOf('app.quit').length).toBe(1);
  expect([second.BrowserWindow.all.length, second.callsOf('app.whenReady').length]).toEqual([0, 0]);
  vi.resetModules();
  const first = await startShell();
  first.app.emit('second-instance');
  expect([first.callsOf('window.restore').length, first.callsOf('window.focus').length]).toEqual([1, 1]);
});

test('quitting closes the project first, once', async () => {
  const { app, callsOf } = await startShell();
  let prevented = 0;
  app.emit('before-quit', { preventDefault: () => (prevented += 1) });
  app.emit('before-quit', { preventDefault: () => (prevented += 1) });
  expect(made.studio!.closed).toBe(true);
  await vi.waitFor(() => expect(callsOf('app.exit').length).toBe(1));
  expect(prevented).toBe(1);
});

test('the last window ends the program; on macOS the dock opens a new one', async () => {
  const { app, BrowserWindow, callsOf } = await startShell();
  app.emit('activate');
  expect(BrowserWindow.all.length).toBe(1);
  BrowserWindow.all.length = 0;
  app.emit('activate');
  expect(BrowserWindow.all.length).toBe(1);
  app.emit('window-all-closed');
  expect(callsOf('app.quit').length).toBe(1);
});
