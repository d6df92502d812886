// The one window: where it stood last, shown when there is something to see, loaded again when its process dies.

import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageUrl } from '../contract/ipc.ts';
import { pagePreferences } from './security.ts';

const standardSize = { width: 1440, height: 900 };
const smallestSize = { minWidth: 960, minHeight: 600 };
/** A page that dies again so soon after it was loaded would only go on dying. */
const reloadPauseMs = 10_000;

export function openWindow({ preload, dataFolder }: { preload: string; dataFolder: string }): BrowserWindow {
  const boundsFile = join(dataFolder, 'window.json');
  const window = new BrowserWindow({
    ...standardSize,
    ...readBounds(boundsFile),
    ...smallestSize,
    show: false,
    title: 'Permanence',
    // The colour of the page, so that nothing flashes while it loads.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0f1114' : '#f7f8f9',
    autoHideMenuBar: true,
    webPreferences: { ...pagePreferences, preload },
  });
  window.once('ready-to-show', () => window.show());
  window.on('close', () => writeBounds(boundsFile, window.getNormalBounds()));
  let reloadedAtMs = -Infinity;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || performance.now() - reloadedAtMs < reloadPauseMs) return;
    reloadedAtMs = performance.now();
    window.webContents.reload();
  });
  void window.loadURL(pageUrl);
  return window;
}

/** Where the window stood, unless that place is on no screen any more. */
function readBounds(file: string): Partial<Rectangle> {
  try {
    const { x, y, width, height } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const numbers = [x, y, width, height];
    if (!numbers.every((value) => Number.isInteger(value))) return {};
    const bounds = { x, y, width, height } as Rectangle;
    const { workArea } = screen.getDisplayMatching(bounds);
    const isVisible =
      bounds.x < workArea.x + workArea.width &&
      bounds.x + bounds.width > workArea.x &&
      bounds.y < workArea.y + workArea.height &&
      bounds.y >= workArea.y;
    return isVisible ? bounds : {};
  } catch {
    return {};
  }
}

function writeBounds(file: string, bounds: Rectangle): void {
  try {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, JSON.stringify(bounds));
  } catch {
    // A full or read-only disk must not keep the window from closing; it then opens at its standard size.
  }
}
