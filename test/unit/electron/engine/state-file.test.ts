// Saved states come back bit by bit; whatever is not a whole state of the method is refused with a sentence.

import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDurably } from '../../../../electron/engine/durable-file.ts';
import { readState, writeState } from '../../../../electron/engine/state-file.ts';
import type { SceneState } from '../../../../models/run/reconstructor.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'states-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const state: SceneState = {
  modelId: 'some-method',
  stepIdx: 7,
  tensors: {
    state: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, 3e-42) },
    ids: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-5n) },
  },
  facts: { names: ['a “quoted” ✓', 'b'], nested: { x: null } },
};

test('a state comes back as it was saved', async () => {
  const path = join(folder, 'deeper', 'state.safetensors');
  const bytes = await writeState(state, path);
  expect(bytes).toBeGreaterThan(24);
  expect(await readState(path, 'some-method')).toEqual(state);
});

test.each([
  ['is missing', async () => undefined],
  ['is empty', (path: string) => writeFile(path, '')],
  [
    'is cut',
    async (path: string) => {
      await writeState(state, path);
      await truncate(path, 150);
    },
  ],
  ['belongs to another method', (path: string) => writeState({ ...state, modelId: 'other' }, path)],
])('a state that %s is refused as damaged', async (_, prepare) => {
  const path = join(folder, 'state.safetensors');
  await prepare(path);
  await expect(readState(path, 'some-method')).rejects.toMatchObject({
    code: 'state-damaged',
    message: expect.stringMatching(/^The saved state of the run cannot be read: /),
  });
});

test('a file that cannot be written leaves the old one and no trace of the new one', async () => {
  await writeState(state, join(folder, 'state.safetensors'));
  await expect(writeDurably(join(folder, 'state.safetensors', 'below-a-file'), new Uint8Array(3))).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['state.safetensors']);
  expect((await readState(join(folder, 'state.safetensors'), 'some-method')).stepIdx).toBe(7);
});
