// The second start of the engine finds what the first one compiled, although the host ends it without a warning.

import { fork } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inRepository } from '../../../../build/sources.ts';
import { withCompiledCode } from '../../../../electron/studio/compile-cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compiled-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Starts the engine, waits for its answer to one request, and kills it. */
async function answered(): Promise<unknown> {
  const env = withCompiledCode({ ...process.env, NODE_COMPILE_CACHE: folder });
  const engine = fork(inRepository('electron/engine/main.ts'), { env, execArgv: [] });
  const reply = new Promise((resolve, reject) => {
    engine.once('message', resolve);
    engine.once('error', reject);
  });
  engine.send({ seq: 1, request: 'describe', input: null });
  const answer = await reply;
  // What follows the answer in the same turn is done when the second one is there.
  const second = new Promise((resolve) => engine.once('message', resolve));
  engine.send({ seq: 2, request: 'describe', input: null });
  await second;
  engine.kill('SIGKILL');
  return answer;
}

test('compiled code outlives an engine that was killed', async () => {
  expect(await answered()).toMatchObject({ seq: 1, reply: { threads: expect.any(Number) } });
  const [version] = await readdir(folder);
  const kept = await readdir(join(folder, version));
  expect(kept.length).toBeGreaterThan(50);
  expect(await answered()).toMatchObject({ seq: 1 });
  expect((await readdir(join(folder, version))).sort()).toEqual(kept.sort());
});

test('a folder that was chosen outside is kept, otherwise there is one beside the packages', () => {
  expect(withCompiledCode({ NODE_COMPILE_CACHE: '/elsewhere' })).toEqual({ NODE_COMPILE_CACHE: '/elsewhere' });
  expect(withCompiledCode({})['NODE_COMPILE_CACHE']).toBe(inRepository('node_modules/.cache/compiled-code'));
});
