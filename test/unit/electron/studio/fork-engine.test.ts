// How the engine is started by plain Node.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forkEngine, withFewHeaps } from '../../../../electron/studio/fork-engine.ts';

test('the engine has few heaps and can collect garbage by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fork-engine-'));
  try {
    const program = join(folder, 'program.mjs');
    await writeFile(program, 'process.send({ heaps: process.env.MALLOC_ARENA_MAX, collects: typeof gc });');
    const told = await new Promise((resolve) => forkEngine(program).onMessage(resolve));
    expect(told).toEqual({ heaps: process.env['MALLOC_ARENA_MAX'] ?? '2', collects: 'function' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('who has chosen another number of heaps keeps it', () => {
  expect(withFewHeaps({ MALLOC_ARENA_MAX: '8', HOME: '/root' })).toEqual({ MALLOC_ARENA_MAX: '8', HOME: '/root' });
});
