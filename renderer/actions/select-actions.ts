// Actions on selected splats. Where nothing is selected, the present answer is meant.

import type { AppState } from '../state/app-state.svelte.ts';
import type { Action } from './action.ts';

export function selectActions(app: AppState): Action[] {
  const { splatSelection, ask, edits, frames, shell, splats } = app;
  const possible = (): boolean => splatSelection.isPossible;
  return [
    {
      id: 'splats.make',
      label: 'Make splats',
      group: 'Run',
      words: 'gaussians select ask',
      enabled: () =>
        splats.progress === null &&
        frames.chunks.some(
          ({ id, kind }) => kind === 'final' && !splats.chunks.some(({ sourceChunkId }) => sourceChunkId === id),
        ),
      perform: () => app.calls.tell('scene.splat', null, 'run'),
    },
    {
      id: 'select.answer',
      label: 'Select what the answer found',
      group: 'Edit',
      words: 'splats words question instance',
      enabled: () => ask.reply !== null && ask.hits > 0,
      perform: () => splatSelection.byAnswer(),
    },
    {
      id: 'select.box',
      label: 'Select splats in the box',
      group: 'Edit',
      enabled: () => shell.tool === 'box' && splats.chunks.length > 0,
      perform: async () => {
        const boxes = app.viewport?.boxesDrawn() ?? [];
        if (boxes.length === 0) return;
        await splatSelection.byBox(boxes);
        app.viewport?.clearTool();
        shell.tool = 'look';
        shell.mode = 'ask';
      },
    },
    {
      id: 'select.brush',
      label: 'Select with a brush',
      group: 'Edit',
      keys: [{ key: 'b', shift: true }],
      words: 'paint splats points circle',
      enabled: () => shell.page === 'workspace' && frames.chunks.length > 0,
      perform: () => {
        shell.mode = 'ask';
        shell.tool = shell.tool === 'brush' ? 'look' : 'brush';
      },
    },
    {
      id: 'select.none',
      label: 'Select no splats',
      group: 'Edit',
      enabled: () => !splatSelection.isEmpty,
      perform: () => splatSelection.deselect(),
    },
    {
      id: 'select.isolate',
      label: 'Isolate selected splats',
      group: 'Edit',
      words: 'hide others only show alone',
      enabled: possible,
      perform: () => splatSelection.edit('isolate'),
    },
    {
      id: 'select.hide',
      label: 'Hide selected splats',
      group: 'Edit',
      enabled: possible,
      perform: () => splatSelection.edit('hide'),
    },
    {
      id: 'select.delete',
      label: 'Delete selected splats',
      group: 'Edit',
      words: 'remove erase',
      enabled: possible,
      perform: () => splatSelection.edit('delete'),
    },
    {
      id: 'select.show-all',
      label: 'Show hidden splats again',
      group: 'Edit',
      words: 'unhide',
      enabled: () => edits.scene.hidesRows,
      perform: () => edits.append({ kind: 'splats-shown' }),
    },
  ];
}
