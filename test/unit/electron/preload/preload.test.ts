// The bridge into the desktop page, run under a stand-in of Electron.

import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { commandNames } from '../../../../electron/contract/commands.ts';
import { eventNames } from '../../../../electron/contract/events.ts';
import type { StudioApi } from '../../../../electron/contract/studio-api.ts';
import { calls, callsOf, exposed, ipcRenderer, webUtils } from '../../../support/fake-electron.ts';

/** The page may ask for anything, whatever the types say. */
type Untyped = (name: string, input: unknown) => Promise<unknown>;
let studio: StudioApi;

beforeAll(async () => {
  await import('../../../../electron/preload/preload.ts');
  studio = exposed['studio'] as StudioApi;
});
beforeEach(() => void (calls.length = 0));

describe('commands', () => {
  test.each(commandNames)('%s is passed on with its input', async (command) => {
    ipcRenderer.answer = { ok: true, value: command };
    const result = await (studio.invoke as Untyped)(command, { some: 'input' });
    expect(result).toEqual({ ok: true, value: command });
    expect(callsOf('ipcRenderer.invoke')).toEqual([['studio:invoke', command, { some: 'input' }]]);
  });

  test.each(['constructor', '__proto__', 'toString', 'app.quit', ''])(
    '%s is no command and goes nowhere',
    async (name) => {
      const result = await (studio.invoke as Untyped)(name, null);
      expect(result).toMatchObject({ ok: false, error: { code: 'bad-input' } });
      expect(callsOf('ipcRenderer.invoke')).toEqual([]);
    },
  );
});

describe('events', () => {
  test.each(eventNames)('%s reaches its listeners until they end', (event) => {
    const heard: unknown[] = [];
    const end = studio.on(event, (payload) => heard.push(payload));
    ipcRenderer.emit('studio:event', { sender: 'secret' }, event, 1);
    end();
    ipcRenderer.emit('studio:event', {}, event, 2);
    expect(heard).toEqual([1]);
  });

  test('a listener gets the payload and nothing of Electron', () => {
    const listener = vi.fn();
    studio.on('notice', listener);
    ipcRenderer.emit('studio:event', { sender: ipcRenderer }, 'notice', 'payload');
    expect(listener.mock.calls).toEqual([['payload']]);
  });

  test('one function subscribed twice ends one subscription at a time', () => {
    const listener = vi.fn();
    const end = studio.on('notice', listener);
    studio.on('notice', listener);
    end();
    ipcRenderer.emit('studio:event', {}, 'notice', 'payload');
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('an event that does not exist is never heard', () => {
    const listener = vi.fn();
    (studio.on as (event: string, listener: () => void) => () => void)('constructor', listener)();
    ipcRenderer.emit('studio:event', {}, 'constructor', 1);
    expect(listener).not.toHaveBeenCalled();
  });
});

test('bulk bytes have addresses by id, which cannot leave their kind', () => {
  expect(studio.url('chunk', 'a1')).toBe('studio://app/chunk/a1');
  expect(studio.url('photo', '../x?y')).toBe('studio://app/photo/..%2Fx%3Fy');
});

test('a dropped file has a path; one that the page made has none', () => {
  const file = new File(['x'], 'a.jpg');
  webUtils.paths.set(file, '/photos/a.jpg');
  expect(studio.pathOf(file)).toBe('/photos/a.jpg');
  expect(studio.pathOf(new File(['x'], 'b.jpg'))).toBeNull();
});

test('the page gets these five functions and nothing else', () => {
  expect(Object.keys(exposed)).toEqual(['studio']);
  expect(Object.keys(studio).toSorted()).toEqual(['invoke', 'on', 'pathOf', 'upload', 'url']);
});
