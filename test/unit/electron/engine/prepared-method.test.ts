// A method that is loaded ahead of its run: taken once, by whoever asks for that very method.

import { expect, test } from 'vitest';
import { PreparedMethod } from '../../../../electron/engine/prepared-method.ts';
import type { CreateMethod } from '../../../../electron/engine/run-session.ts';
import type { Reconstructor } from '../../../../models/run/reconstructor.ts';

/** Methods that know how they were made and whether they were given back. */
function methods(): { create: CreateMethod; made: { modelId: string; disposed: boolean }[] } {
  const made: { modelId: string; disposed: boolean }[] = [];
  const create: CreateMethod = ({ modelId }) => {
    if (modelId === 'broken') return Promise.reject(new Error('It does not load.'));
    const entry = { modelId, disposed: false };
    made.push(entry);
    const dispose = async (): Promise<void> => {
      entry.disposed = true;
    };
    return Promise.resolve({ provider: modelId, dispose } as unknown as Reconstructor);
  };
  return { create, made };
}

const which = (modelId: string) => ({ modelId, packFolder: null, depthPackFolder: null });
const silent = (): void => undefined;

test('what was prepared is taken by the run, and the run after it gets a new one', async () => {
  const { create, made } = methods();
  const prepared = new PreparedMethod(create);
  prepared.prepare(which('geometry'));
  prepared.prepare(which('geometry'));
  expect(made).toHaveLength(1);
  const first = await prepared.take(which('geometry'), silent);
  expect(made).toHaveLength(1);
  expect(await prepared.take(which('geometry'), silent)).not.toBe(first);
  expect(made.map(({ disposed }) => disposed)).toEqual([false, false]);
});

test('a run with another method gets that one, and the prepared one gives its memory back first', async () => {
  const { create, made } = methods();
  const prepared = new PreparedMethod(create);
  prepared.prepare(which('geometry'));
  expect((await prepared.take(which('cut3r'), silent)).provider).toBe('cut3r');
  expect(made).toEqual([
    { modelId: 'geometry', disposed: true },
    { modelId: 'cut3r', disposed: false },
  ]);
});

test('a method that does not load says so to its run, and to nobody else', async () => {
  const prepared = new PreparedMethod(methods().create);
  prepared.prepare(which('broken'));
  await expect(prepared.take(which('broken'), silent)).rejects.toThrow('It does not load.');
  prepared.prepare(which('broken'));
  expect((await prepared.take(which('geometry'), silent)).provider).toBe('geometry');
});
