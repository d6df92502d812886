// The selection as the interface knows it: what it asks of the host, how it is named, and that an edit ends it.
import { expect, test } from 'vitest';
import type { AskReply } from '../../../../electron/contract/scene-requests.ts';
import { addRow, emptyBits, encodeRows, hasRow } from '../../../../projects/format/row-set.ts';
import type { AskState } from '../../../../renderer/state/ask.svelte.ts';
import type { LabelsState } from '../../../../renderer/state/labels.svelte.ts';
import { SplatSelectionState } from '../../../../renderer/state/splat-selection.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';

const bits = emptyBits(16);
addRow(bits, 3);
const chosen = [{ chunkId: 'c', rows: encodeRows(bits) }];

function selection(fails = false): { state: SplatSelectionState; asked: [string, Record<string, unknown>][] } {
  const asked: [string, Record<string, unknown>][] = [];
  const ask = (command: string, input: Record<string, unknown>): Promise<unknown> => {
    asked.push([command, input]);
    if (fails) return Promise.resolve(null);
    return Promise.resolve(command === 'scene.select' ? { selection: chosen, splats: 1 } : { path: '/out.ply' });
  };
  const instances = [{ label: 'red 1' }, { label: 'red 2' }] as unknown as AskReply['instances'];
  const reply = { instances } as AskReply;
  const answer = { asked: 'red', threshold: 0.4, notThis: [], reply, hits: 5, selected: instances[1] };
  const labels = { words: ['floor'], chosen: { reject: 0.2 } } as unknown as LabelsState;
  const state = new SplatSelectionState({ ask } as unknown as StudioCalls, answer as unknown as AskState, labels);
  return { state, asked };
}

test('the selected thing of an answer is chosen, by its place in the answer', async () => {
  const { state, asked } = selection();
  await state.byAnswer();
  const by = { kind: 'words', text: 'red', threshold: 0.4, notThis: [], instanceIdx: 1 };
  expect(asked).toEqual([['scene.select', { by, operation: 'replace', selection: [] }]]);
  expect(state.splats).toBe(1);
  expect(hasRow(state.rows.get('c') ?? emptyBits(0), 3)).toBe(true);
});

test('a name tells how a selection came about', async () => {
  const { state, asked } = selection();
  await state.byAnswer();
  state.operation = 'subtract';
  await state.byBox([]);
  expect(state.what).toBe('red 2 without box');
  expect(asked[1][1]).toMatchObject({ operation: 'subtract', selection: chosen });
  await state.byGrowing({ frameId: 'f', splatIdx: 4 }, true);
  expect(state.what).toBe('red 2 without box and piece');
});

test('with nothing selected, whatever is chosen is the selection', async () => {
  const { state, asked } = selection();
  state.operation = 'intersect';
  await state.byAnswer();
  expect(asked[0][1]).toMatchObject({ operation: 'replace' });
  expect(state.splats).toBe(1);
});

test('an edit without a selection takes the answer, and ends the selection', async () => {
  const { state, asked } = selection();
  expect(state.isPossible).toBe(true);
  await state.edit('isolate');
  expect(asked.map(([command]) => command)).toEqual(['scene.select', 'scene.edit']);
  expect(asked[1][1]).toEqual({ action: 'isolate', what: 'red 2', selection: chosen });
  expect(state.isEmpty).toBe(true);
});

test('where the host cannot choose, nothing is edited', async () => {
  const { state, asked } = selection(true);
  await state.edit('delete');
  expect(asked).toHaveLength(1);
});

test('an export says where it went until the selection changes', async () => {
  const { state } = selection();
  await state.export('spz');
  expect(state.exported).toBe('/out.ply');
  await state.byAnswer();
  expect(state.exported).toBeNull();
});
