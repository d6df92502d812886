// Makes sure that the tests have a Chromium: one that is here, else one that is fetched within a time limit.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { findChromium } from '../electron/web/browsers.ts';
import { inRepository } from './sources.ts';

const fetchLimitMs = 180_000;
const installLimitMs = 300_000;

/** Path of a Chromium, or null after everything was tried; says what it tries. */
export function ensureChromium(log: (line: string) => void): string | null {
  return findChromium() ?? fetchedByPlaywright() ?? fetchWithPlaywright(log) ?? installWithApt(log);
}

function fetchedByPlaywright(): string | null {
  const path = chromium.executablePath();
  return existsSync(path) ? path : null;
}

function fetchWithPlaywright(log: (line: string) => void): string | null {
  log('No Chromium was found; fetching one with Playwright.');
  const cli = inRepository('node_modules', 'playwright-core', 'cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'inherit', timeout: fetchLimitMs });
  return fetchedByPlaywright();
}

/** Debian and its kin, where we may: as root, which is what containers are. */
function installWithApt(log: (line: string) => void): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null;
  log('Installing Chromium with apt-get.');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args: string[]): unknown =>
    spawnSync('apt-get', args, { stdio: 'inherit', timeout: installLimitMs, env: environment });
  run('update', '-qq');
  run('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  return findChromium();
}
