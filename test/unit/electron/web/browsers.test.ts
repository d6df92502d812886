// Which browser opens the studio, on which machine.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openingCommand } from '../../../../electron/web/browsers.ts';

const url = 'http://127.0.0.1:1/?token=t';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'permanence-browsers-'));
  for (const name of ['google-chrome', 'chosen']) {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('Chromium', () => {
  test('is found on the path', () => {
    expect(findChromium({ PATH: `/nowhere${delimiter}${folder}` }, 'linux')).toBe(join(folder, 'google-chrome'));
  });

  test('is the one that was chosen, or none when that is missing', () => {
    expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(folder, 'chosen') }, 'linux')).toBe(join(folder, 'chosen'));
    expect(findChromium({ PATH: folder, CHROMIUM_PATH: join(folder, 'gone') }, 'linux')).toBeNull();
  });

  test('is null on a machine without one', () => {
    expect(findChromium({ PATH: '' }, 'linux')).toBeNull();
  });
});

describe('opening', () => {
  const display = { DISPLAY: ':0' };

  test('prefers a window of its own', () => {
    expect(openingCommand(url, { ...display, PATH: folder }, 'linux', false)).toEqual([
      join(folder, 'google-chrome'),
      `--app=${url}`,
    ]);
  });

  test('takes the default browser for root, and where there is no Chromium', () => {
    expect(openingCommand(url, { ...display, PATH: folder }, 'linux', true)).toEqual(['xdg-open', url]);
    expect(openingCommand(url, { ...display, PATH: '' }, 'linux', false)).toEqual(['xdg-open', url]);
  });

  test('does nothing on a server without a display', () => {
    expect(openingCommand(url, { PATH: folder }, 'linux', false)).toBeNull();
  });
});
