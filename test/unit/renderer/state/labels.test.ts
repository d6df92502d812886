// Label sets as the interface knows them: changed only by the host's word, asked anew when words change, not when colours do.
import { beforeEach, expect, test, vi } from 'vitest';
import type { LabelSets } from '../../../../projects/format/label-set.ts';
import { usualLabelSets } from '../../../../projects/format/label-set.ts';
import type { AskState } from '../../../../renderer/state/ask.svelte.ts';
import { LabelsState } from '../../../../renderer/state/labels.svelte.ts';
import { SplatsState } from '../../../../renderer/state/splats.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';

const kept: LabelSets[] = [];
const asked: unknown[] = [];
const ask = { view: 'heat' } as AskState;
let labels: LabelsState;

beforeEach(() => {
  kept.length = 0;
  asked.length = 0;
  ask.view = 'heat';
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(new Uint8Array([0, 1, 255]))));
  const splats = new SplatsState();
  splats.reset([{ id: 'g', frameId: 'f', sourceChunkId: 'c', count: 3, fileId: 'g' }]);
  const api = {
    url: () => 'answer',
    invoke: (_command: string, input: { words: string[] }) => {
      asked.push(input);
      if (input.words.includes('zebra')) return Promise.resolve({ ok: false, error: { sentence: 'No zebra.' } });
      return Promise.resolve({ ok: true, value: { labelsId: 'x', chunkIds: ['g'], counts: [1, 1, 1] } });
    },
  };
  const tell = async (_command: string, sets: LabelSets): Promise<boolean> => {
    // A host takes its time.
    await settled();
    kept.push(sets);
    labels.changed(sets);
    return true;
  };
  labels = new LabelsState({ api, tell } as unknown as StudioCalls, splats, ask);
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('a set is shown with its counts; its bytes go to the chunks of the splats', async () => {
  await labels.show();
  expect(asked).toEqual([{ words: ['floor', 'wall', 'tabletop', 'ceiling'], reject: 0.35 }]);
  expect(ask.view).toBe('labels');
  expect(labels.counts).toEqual([1, 1, 1]);
  expect([...(labels.bytes.get('g') ?? [])]).toEqual([0, 1, 255]);
});

test('a new set is chosen, gets words with colours that differ, and is asked while it is shown', async () => {
  await labels.show();
  await labels.add();
  expect(labels.chosen).toMatchObject({ name: 'My labels', labels: [] });
  expect(labels.counts).toBeNull();
  await labels.addWord('red');
  await labels.addWord('blue');
  await labels.addWord('red');
  await settled();
  expect(labels.words).toEqual(['red', 'blue']);
  expect(new Set(labels.chosen.labels.map(({ color }) => color)).size).toBe(2);
  expect(asked.at(-1)).toMatchObject({ words: ['red', 'blue'] });
  expect(kept.at(-1)?.chosenId).toBe(labels.chosen.id);
});

test('edits made at once are all kept: a name that was just typed does not fall to the next word', async () => {
  await labels.add();
  await Promise.all([labels.change({ name: 'Colours' }), labels.addWord('red'), labels.addWord('blue')]);
  expect(labels.chosen).toMatchObject({ name: 'Colours', labels: [{ word: 'red' }, { word: 'blue' }] });
  expect(kept.at(-1)?.sets.at(-1)).toEqual(labels.chosen);
});

test('another colour needs no question, another limit does', async () => {
  await labels.show();
  await labels.recolour('floor', '#123456');
  expect(labels.counts).not.toBeNull();
  expect(labels.chosen.labels[0]).toEqual({ word: 'floor', color: '#123456' });
  await labels.change({ reject: 0.6 });
  await settled();
  expect(asked.at(-1)).toMatchObject({ reject: 0.6 });
});

test('a word nobody knows is said, and the view stays as it was', async () => {
  await labels.addWord('zebra');
  await labels.show();
  expect(labels.problem?.sentence).toBe('No zebra.');
  expect(ask.view).toBe('heat');
});

test('the last set stays', async () => {
  await labels.add();
  await labels.remove();
  await labels.remove();
  expect(labels.all.sets).toEqual(usualLabelSets.sets);
});
