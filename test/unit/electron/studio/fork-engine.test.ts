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
    const tells = '{ heaps: env.MALLOC_ARENA_MAX, large: env.MALLOC_MMAP_THRESHOLD_, collects: typeof gc }';
    await writeFile(program, `const { env } = process; process.send(${tells});`);
    const told = await new Promise((resolve) => forkEngine(program).onMessage(resolve));
    const { MALLOC_ARENA_MAX: heaps = '2', MALLOC_MMAP_THRESHOLD_: large = '8388608' } = process.env;
    expect(told).toEqual({ heaps, large, collects: 'function' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('who has chosen another number of heaps keeps it', () => {
  expect(withFewHeaps({ MALLOC_ARENA_MAX: '8', HOME: '/root' })).toMatchObject({
    MALLOC_ARENA_MAX: '8',
    HOME: '/root',
  });
});
