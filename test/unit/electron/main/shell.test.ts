// Window, dialogs, menu and engine process of the desktop shell, under a stand-in of Electron.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reveal, systemDialogs } from '../../../../electron/main/dialogs.ts';
import { spawnUtilityEngine } from '../../../../electron/main/engine-process.ts';
import { applicationMenu } from '../../../../electron/main/menu.ts';
import { openWindow } from '../../../../electron/main/window.ts';
import { pagePreferences } from '../../../../electron/main/security.ts';
import {
  BrowserWindow,
  callsOf,
  dialog,
  resetElectron,
  shell,
  utilityProcess,
} from '../../../support/fake-electron.ts';

let dataFolder: string;
beforeEach(async () => {
  resetElectron();
  dataFolder = await mkdtemp(join(tmpdir(), 'permanence-shell-'));
});
afterEach(() => rm(dataFolder, { recursive: true }));

const open = (): BrowserWindow => openWindow({ preload: '/p.cjs', dataFolder }) as unknown as BrowserWindow;

describe('window', () => {
  test('it loads our page with the safe settings and appears when there is something to see', () => {
    const window = open();
    expect(window.options['webPreferences']).toEqual({ ...pagePreferences, preload: '/p.cjs' });
    expect(callsOf('window.loadURL')).toEqual([['studio://app/']]);
    expect([window.options['show'], callsOf('window.show').length]).toEqual([false, 0]);
    window.emit('ready-to-show');
    expect(callsOf('window.show').length).toBe(1);
  });

  test('it opens where it stood when it was closed', async () => {
    open().emit('close');
    expect(JSON.parse(await readFile(join(dataFolder, 'window.json'), 'utf8'))).toEqual({
      x: 10,
      y: 20,
      width: 1200,
      height: 700,
    });
    expect(open().options).toMatchObject({ x: 10, y: 20, width: 1200, height: 700 });
  });

  test.each(['{', '{"x":"10","y":1,"width":1,"height":1}', '{"x":5000,"y":20,"width":1200,"height":700}', 'null'])(
    'a remembered place that is none or off the screen is ignored: %s',
    async (content) => {
      await writeFile(join(dataFolder, 'window.json'), content);
      const { options } = open();
      expect([options['x'], options['width']]).toEqual([undefined, 1440]);
    },
  );

  test('a page that dies is loaded again, but not in a circle', () => {
    const { webContents } = open();
    webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(callsOf('webContents.reload').length).toBe(1);
  });

  test('a page that ends by itself is left alone', () => {
    open().webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(callsOf('webContents.reload').length).toBe(0);
  });
});

describe('dialogs', () => {
  test.each(['photos', 'folder', 'checkpoint', 'project'] as const)('picking %s answers with paths', async (what) => {
    expect(await systemDialogs.pick(what)).toEqual({ paths: ['/photos'] });
    const [options] = callsOf('dialog.showOpenDialog')[0] as [{ properties: string[] }];
    expect(options.properties).toContain(what === 'folder' || what === 'project' ? 'openDirectory' : 'openFile');
  });

  test('a cancelled dialog answers null', async () => {
    dialog.openAnswer = { canceled: true, filePaths: [] };
    dialog.saveAnswer = { canceled: true, filePath: '' };
    expect([await systemDialogs.pick('photos'), await systemDialogs.save('a.ply')]).toEqual([null, null]);
    expect(callsOf('dialog.showSaveDialog')).toEqual([[{ defaultPath: 'a.ply' }]]);
  });

  test('revealing a folder opens it, and says why it could not', async () => {
    await reveal('/project');
    expect(callsOf('shell.openPath')).toEqual([['/project']]);
    shell.openPathAnswer = 'No such folder';
    await expect(reveal('/gone')).rejects.toThrow('No such folder');
  });
});

describe('menu', () => {
  const roles = (menu: unknown): string => JSON.stringify(menu);

  test('a packaged program has a menu bar on macOS only, and no developer tools', () => {
    expect(applicationMenu('linux', true)).toBeNull();
    expect(applicationMenu('win32', true)).toBeNull();
    expect(roles(applicationMenu('darwin', true))).not.toContain('toggleDevTools');
  });

  test('macOS can copy and quit; undo is left to the project', () => {
    const text = roles(applicationMenu('darwin', true));
    for (const role of ['appMenu', 'copy', 'paste', 'windowMenu']) expect(text).toContain(`"${role}"`);
    expect(text).not.toContain('"undo"');
  });

  test('a developer can open the tools', () => {
    expect(roles(applicationMenu('linux', false))).toContain('toggleDevTools');
  });
});

describe('engine', () => {
  test('messages go both ways and the end is told once, with its reason', () => {
    const engine = spawnUtilityEngine('/engine.mjs');
    const child = utilityProcess.last!;
    expect(callsOf('utilityProcess.fork')[0]![0]).toBe('/engine.mjs');
    const [heard, reasons]: [unknown[], string[]] = [[], []];
    engine.onMessage((message) => heard.push(message));
    engine.onExit((reason) => reasons.push(reason));
    engine.send({ seq: 1 });
    child.emit('message', { seq: 1, reply: null });
    child.emit('error', 'FatalError', 'heap');
    child.emit('exit', 5);
    child.emit('exit', 5);
    expect(callsOf('utilityProcess.postMessage')).toEqual([[{ seq: 1 }]]);
    expect([heard, reasons]).toEqual([[{ seq: 1, reply: null }], ['FatalError in heap']]);
  });

  test('killing one that has ended already is no error', () => {
    const engine = spawnUtilityEngine('/engine.mjs');
    // No process has this number: it is above the largest that Linux gives.
    utilityProcess.last!.pid = 2 ** 30;
    expect(() => engine.kill()).not.toThrow();
    utilityProcess.last!.pid = undefined;
    expect(() => engine.kill()).not.toThrow();
  });
});
