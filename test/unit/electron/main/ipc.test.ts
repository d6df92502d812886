// Commands and events between window and core: who is heard, and what crosses.

import { beforeEach, expect, test } from 'vitest';
import { serveIpc } from '../../../../electron/main/ipc.ts';
import { BrowserWindow, callsOf, channelsHandled, invokeFrom, resetElectron } from '../../../support/fake-electron.ts';
import { fakeStudio, type FakeStudio } from '../../../support/fake-studio.ts';

let studio: FakeStudio;
let window: BrowserWindow;

beforeEach(async () => {
  resetElectron();
  studio = fakeStudio();
  serveIpc(studio);
  window = new BrowserWindow({});
  await window.loadURL('studio://app/');
});

test('there is one channel, and it checks nothing but the sender: the core checks the rest', async () => {
  expect(channelsHandled()).toEqual(['studio:invoke']);
  const frame = { sender: window.webContents, senderFrame: window.webContents.mainFrame };
  expect(await invokeFrom(frame, 'studio:invoke', 'app.info', null)).toEqual({ ok: true, value: null });
  expect(studio.calls).toEqual([{ command: 'app.info', input: null }]);
});

test.each([
  ['a frame inside the page', () => ({ url: 'studio://app/' })],
  ['a frame that has gone', () => null],
])('%s is not heard', async (_case, senderFrame) => {
  const frame = { sender: window.webContents, senderFrame: senderFrame() };
  expect(await invokeFrom(frame, 'studio:invoke', 'app.info', null)).toMatchObject({ error: { code: 'not-allowed' } });
  expect(studio.calls).toEqual([]);
});

test.each(['https://example.org/', 'file:///page.html', 'studio://app.evil/', 'about:blank'])(
  'a window that shows %s is not heard',
  async (url) => {
    window.webContents.mainFrame.url = url;
    const frame = { sender: window.webContents, senderFrame: window.webContents.mainFrame };
    expect(await invokeFrom(frame, 'studio:invoke', 'app.info', null)).toMatchObject({
      error: { code: 'not-allowed' },
    });
    expect(studio.calls).toEqual([]);
  },
);

test('an event reaches the window as name and payload', () => {
  studio.emit({ name: 'project.closed', payload: null });
  expect(callsOf('webContents.send')).toEqual([['studio:event', 'project.closed', null]]);
});
