// The selection as the interface knows it: what it asks of the host, how it is named, and that an edit ends it.
import { expect, test } from 'vitest';
import type { AskReply } from '../../../../electron/contract/scene-requests.ts';
import { addRow, emptyBits, encodeRows, hasRow } from '../../../../projects/format/row-set.ts';
import type { AskState } from '../../../../renderer/state/ask.svelte.ts';
import type { EditsState } from '../../../../renderer/state/edits.svelte.ts';
import type { LabelsState } from '../../../../renderer/state/labels.svelte.ts';
import { SplatSelectionState } from '../../../../renderer/state/splat-selection.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';

const bits = emptyBits(16);
addRow(bits, 3);
const chosen = [{ chunkId: 'c', rows: encodeRows(bits) }];

function selection(fails = false): {
  state: SplatSelectionState;
  asked: [string, Record<string, unknown>][];
  edits: EditsState;
} {
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
  const edits = { undoable: null } as unknown as EditsState;
  const state = new SplatSelectionState(
    { ask } as unknown as StudioCalls,
    answer as unknown as AskState,
    labels,
    edits,
  );
  return { state, asked, edits };
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
  expect(state.exported?.path).toBe('/out.ply');
  await state.byAnswer();
  expect(state.exported).toBeNull();
});

const rowsOf = (...rows: number[]): ReadonlyMap<string, Uint8Array> => {
  const some = emptyBits(16);
  for (const row of rows) addRow(some, row);
  return new Map([['c', some]]);
};

test('strokes of the brush add, take away and intersect; each is one step back', () => {
  const { state } = selection();
  state.byBrush(rowsOf(1, 2, 3));
  state.byBrush(rowsOf(3, 4));
  expect([state.splats, state.what]).toEqual([4, 'brush']);
  state.byBrush(rowsOf(1), 'subtract');
  expect([state.splats, state.what]).toEqual([3, 'brush without brush']);
  state.byBrush(rowsOf(2, 9), 'intersect');
  expect(state.splats).toBe(1);
  state.undo();
  state.undo();
  expect(state.splats).toBe(4);
  state.redo();
  expect(state.splats).toBe(3);
  state.byBrush(rowsOf(12));
  expect(state.canRedo).toBe(false);
});

test('a stroke over nothing, or over what is selected already, is no step', () => {
  const { state } = selection();
  state.byBrush(new Map());
  expect(state.canUndo).toBe(false);
  state.byBrush(rowsOf(1));
  state.byBrush(rowsOf(1));
  state.undo();
  expect(state.isEmpty).toBe(true);
  expect(state.canUndo).toBe(false);
});

test('an edit that came after a choice is undone before it', () => {
  const { state, edits } = selection();
  state.byBrush(rowsOf(1));
  Object.assign(edits, { undoable: { seq: 7 } });
  expect(state.canUndo).toBe(false);
  Object.assign(edits, { undoable: null });
  expect(state.canUndo).toBe(true);
});

test('nothing selected is a step that can be taken back; an edit ends all steps', async () => {
  const { state } = selection();
  state.byBrush(rowsOf(1));
  state.deselect();
  expect(state.isEmpty).toBe(true);
  state.undo();
  expect(state.splats).toBe(1);
  await state.edit('hide');
  expect([state.isEmpty, state.canUndo]).toEqual([true, false]);
});
