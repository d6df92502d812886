// Headless Chromium as all stories use it: software WebGL, so that pictures are the same on every machine.

import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../electron/web/browsers.ts';

/** @throws Error when there is no Chromium on this machine */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('No Chromium was found: set CHROMIUM_PATH, or run `npm test`, which looks for one.');
  return chromium.launch({
    executablePath,
    // Containers run as root and have no user namespaces, which Chromium's own sandbox needs.
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
  });
}
