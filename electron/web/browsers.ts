// Finds a browser on this machine and opens an address in it: Chromium or Chrome as a window of its own, else the default browser.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const onPath = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'chrome.exe',
  'msedge.exe',
];
const applications: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** Path of a Chromium-based browser, or null. `CHROMIUM_PATH` wins; a wrong one is not replaced by another browser. */
export function findChromium(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const chosen = environment['CHROMIUM_PATH'];
  if (chosen) return isExecutable(chosen) ? chosen : null;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...onPath.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...(applications[platform] ?? []),
  ];
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Program and arguments that open the address, or null where no window can appear (a server without a display).
 * Chromium does not start as root without giving up its sandbox, which is not ours to decide: then the default browser is asked.
 */
export function openingCommand(
  url: string,
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  isRoot: boolean = process.getuid?.() === 0,
): [program: string, ...args: string[]] | null {
  const hasDisplay = platform !== 'linux' || Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY']);
  if (!hasDisplay) return null;
  const chromium = isRoot ? null : findChromium(environment, platform);
  if (chromium) return [chromium, `--app=${url}`];
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return ['xdg-open', url];
}

/** Opens the address; false when nothing could be started. The browser outlives this process. */
export function openBrowser(url: string): Promise<boolean> {
  const command = openingCommand(url);
  if (!command) return Promise.resolve(false);
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const browser = spawn(program, args, { stdio: 'ignore', detached: true });
    browser.on('error', () => resolve(false));
    browser.on('spawn', () => {
      browser.unref();
      resolve(true);
    });
  });
}
