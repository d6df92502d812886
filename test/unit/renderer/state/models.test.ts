// The models page's memory: what was brought, what is being added, and that nothing is left behind when it is not wanted.
import { expect, test } from 'vitest';
import type { AddedModel, CheckpointOffer } from '../../../../electron/contract/model-commands.ts';
import { ModelsState } from '../../../../renderer/state/models.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';

const source = { kind: 'upload', uploadId: 'sent' } as const;
const offer: CheckpointOffer = {
  ...{ name: 'CUT3R', kind: 'recurrent', parameters: 1 },
  licence: { id: 'X', name: 'X', url: null, mustAccept: true },
  choices: [{ precision: 'float32', bytesOnDisk: 1, memoryMb: 1, warning: null, installedId: null }],
};
const added = { id: 'cut3r', selfCheck: null } as unknown as AddedModel;

/** A host that answers as told, null for an error that it has shown, and remembers what it was asked. */
function models(answers: Readonly<Record<string, (state: ModelsState) => unknown>>): {
  state: ModelsState;
  asked: string[];
} {
  const asked: string[] = [];
  const ask = async (command: string, input: object | null): Promise<unknown> => {
    asked.push([command, ...Object.values(input ?? {}).filter((value) => typeof value === 'string')].join(' '));
    return answers[command]?.(state) ?? null;
  };
  const state = new ModelsState({
    ask,
    tell: async (...given: [string, null]) => (await ask(...given)) !== null,
  } as unknown as StudioCalls);
  return { state, asked };
}

test('a checkpoint is looked at, then added in the precision that was chosen, with progress in between', async () => {
  const { state, asked } = models({
    'models.preview': ({ progress }) => (expect(progress?.stage).toBe('Reading the checkpoint'), offer),
    'models.add': (now) => {
      expect(now.progress?.stage).toBe('Reading the checkpoint');
      return added;
    },
  });
  await state.look(source);
  expect(state.pending).toMatchObject({ name: 'CUT3R', source });
  await state.add('int8');
  expect([state.pending, state.progress, state.added?.id]).toEqual([null, null, 'cut3r']);
  expect(asked).toEqual(['models.preview', 'models.add int8', 'models.list']);
});

test.for([
  ['cannot be read', async (state: ModelsState) => state.look(source)],
  ['is declined', async (state: ModelsState) => (await state.look(source), state.decline())],
  [
    'cannot be compiled, or is cancelled',
    async (state: ModelsState) => (await state.look(source), state.add('float32')),
  ],
] as const)('what was sent is let go of when it %s', async ([how, doing]) => {
  const { state, asked } = models({ 'models.preview': () => (how === 'cannot be read' ? null : offer) });
  await doing(state);
  expect([state.pending, state.progress, state.added]).toEqual([null, null, null]);
  expect(asked.at(-1)).toBe('models.decline');
});

test('another checkpoint takes the place of one that waits, and does not hide one that is being added', async () => {
  const { state, asked } = models({ 'models.preview': () => offer });
  await state.look(source);
  await state.look({ kind: 'path', path: '/other.pth' });
  expect(asked).toEqual(['models.preview', 'models.decline', 'models.preview']);
  expect(state.pending?.source.kind).toBe('path');
  state.pending = null;
  state.progress = { stage: 'Writing', fraction: 0.1 };
  await state.look(source);
  expect(state.progress).toEqual({ stage: 'Writing', fraction: 0.1 });
});
