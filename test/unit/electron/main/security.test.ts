// Electron's security list, point by point, under a stand-in of Electron.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Session, WebContents } from 'electron';
import { pagePreferences, isOwnPage, lockDownContents, lockDownSession } from '../../../../electron/main/security.ts';
import { callsOf, FakeWebContents, resetElectron, session } from '../../../support/fake-electron.ts';

beforeEach(resetElectron);

test('windows are sandboxed, isolated and without Node', () => {
  expect(pagePreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
  });
});

test.each([
  ['studio://app/', true],
  ['studio://app/chunk/a', true],
  ['studio://app.evil.example/', false],
  ['studio://evil/', false],
  ['studio:app', false],
  ['https://app/', false],
  ['file:///etc/passwd', false],
  ['about:blank', false],
  ['not a url', false],
  [undefined, false],
])('%s is our own page: %s', (url, own) => {
  expect(isOwnPage(url)).toBe(own);
});

describe('contents', () => {
  const locked = (): FakeWebContents => {
    const contents = new FakeWebContents();
    lockDownContents(contents as unknown as WebContents);
    return contents;
  };
  /** True when the event was prevented. */
  const prevents = (contents: FakeWebContents, event: string, url: string): boolean => {
    let prevented = false;
    contents.emit(event, { url, preventDefault: () => (prevented = true) });
    return prevented;
  };

  test.each([
    'https://example.org/',
    'file:///etc/passwd',
    'studio://app/photo/p1',
    'javascript:alert(1)',
    'data:text/html,x',
  ])('no frame goes to %s', (url) => expect(prevents(locked(), 'will-frame-navigate', url)).toBe(true));

  test('the page may load itself again', () => {
    expect(prevents(locked(), 'will-frame-navigate', 'studio://app/')).toBe(false);
  });

  test('no redirect and no embedded page is possible', () => {
    expect(prevents(locked(), 'will-redirect', 'studio://app/')).toBe(true);
    expect(prevents(locked(), 'will-attach-webview', 'studio://app/')).toBe(true);
  });

  test.each(['https://example.org/', 'studio://app/', 'file:///etc/passwd', 'javascript:alert(1)'])(
    'no window opens for %s',
    (url) => expect(locked().openHandler!({ url })).toEqual({ action: 'deny' }),
  );

  test('only https goes to the browser of the system', () => {
    const contents = locked();
    for (const url of [
      'https://example.org/licence',
      'http://example.org/',
      'file:///bin/sh',
      'smb://host/x',
      'x:y',
      'no url',
    ]) {
      contents.openHandler!({ url });
    }
    expect(callsOf('shell.openExternal')).toEqual([['https://example.org/licence']]);
  });
});

describe('session', () => {
  const permissions = [
    'media',
    'geolocation',
    'notifications',
    'midi',
    'pointerLock',
    'openExternal',
    'clipboard-read',
    'usb',
    'hid',
    'serial',
    'fileSystem',
    'unknown',
  ];
  const asked = (permission: string, url: string): unknown => {
    let granted: unknown;
    session.defaultSession.permissionRequest!(
      { getURL: () => url },
      permission,
      (answer: boolean) => (granted = answer),
    );
    return granted;
  };
  beforeEach(() => lockDownSession(session.defaultSession as unknown as Session));

  test.each(permissions)('%s is denied, asked or checked', (permission) => {
    expect(asked(permission, 'studio://app/')).toBe(false);
    expect(session.defaultSession.permissionCheck!(null, permission, 'studio://app/')).toBe(false);
  });

  test('our own page may be full screen and copy, another may not', () => {
    for (const permission of ['fullscreen', 'clipboard-sanitized-write']) {
      expect(asked(permission, 'studio://app/')).toBe(true);
      expect(asked(permission, 'https://example.org/')).toBe(false);
      expect(session.defaultSession.permissionCheck!(null, permission, 'studio://app/')).toBe(true);
      expect(session.defaultSession.permissionCheck!(null, permission, 'https://example.org/')).toBe(false);
    }
  });

  test('devices, the screen and downloads are closed', () => {
    expect(session.defaultSession.device!({})).toBe(false);
    let streams: unknown;
    session.defaultSession.display!({}, (answer: unknown) => (streams = answer));
    expect(streams).toEqual({});
    let prevented = false;
    session.defaultSession.emit('will-download', { preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  });
});
