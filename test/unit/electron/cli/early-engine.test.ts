// The engine that starts before the studio is loaded: taken once, and never left behind.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inRepository } from '../../../../build/sources.ts';
import { endUntakenEngine, startEngine, takeEngine } from '../../../../electron/cli/early-engine.ts';

test('the engine that was started is taken, and whoever needs another one gets another one', () => {
  startEngine();
  startEngine();
  const first = takeEngine();
  const second = takeEngine();
  try {
    expect(first.pid).toBeGreaterThan(0);
    expect(second.pid).not.toBe(first.pid);
  } finally {
    first.kill();
    second.kill();
    endUntakenEngine();
  }
});

test('a command that is refused before it needs its engine ends all the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'early-engine-'));
  const refused = ['reconstruct', '--project', join(folder, 'none')];
  const child = spawn(process.execPath, [inRepository('electron/cli/main.ts'), ...refused], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(said).toContain('[bad-input]');
  expect(code).toBe(1);
  await rm(folder, { recursive: true });
});
