// Actions that change what the scene shows; all of them can be undone.

import { inEditedOrder } from '../../projects/format/edits.ts';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import type { Action } from './action.ts';

/** Moves photos to a place in the order. @param toIdx index in the present order before which they are put */
export function movePhotos(app: AppState, ids: readonly PhotoId[], toIdx: number): Promise<unknown> {
  const order = inEditedOrder([...app.photos.ordered], app.edits.scene).map(({ id }) => id);
  const moved = new Set(ids);
  const before = order.slice(0, toIdx).filter((id) => !moved.has(id));
  const after = order.slice(toIdx).filter((id) => !moved.has(id));
  const inOrder = order.filter((id) => moved.has(id));
  return app.edits.append({ kind: 'photos-reordered', photoIds: [...before, ...inOrder, ...after] });
}

export function editActions(app: AppState): Action[] {
  const { edits, selection, splatSelection, photos, frames, shell } = app;
  const selectedFrames = (): string[] => [...selection.photoIds].flatMap((id) => frames.byPhoto.get(id)?.id ?? []);
  const selected = (): PhotoId[] => [...selection.photoIds];
  const move = (by: number) => (): Promise<unknown> | void => {
    const places = selected().map((id) => photos.placeOf.get(id) ?? 0);
    const toIdx = by < 0 ? Math.min(...places) - 1 : Math.max(...places) + 2;
    if (toIdx >= 0 && toIdx <= photos.ordered.length) return movePhotos(app, selected(), toIdx);
  };
  return [
    {
      id: 'edit.undo',
      label: 'Undo',
      group: 'Edit',
      keys: [{ key: 'z', ctrl: true }],
      enabled: () => splatSelection.canUndo || edits.undoable !== null,
      perform: () => (splatSelection.canUndo ? splatSelection.undo() : edits.undo()),
    },
    {
      id: 'edit.redo',
      label: 'Redo',
      group: 'Edit',
      keys: [
        { key: 'z', ctrl: true, shift: true },
        { key: 'y', ctrl: true },
      ],
      enabled: () => splatSelection.canRedo || edits.redoable !== null,
      perform: () => (splatSelection.canRedo ? splatSelection.redo() : edits.redo()),
    },
    {
      id: 'edit.exclude',
      label: 'Exclude photo',
      group: 'Photos',
      keys: [{ key: 'x' }],
      words: 'remove leave out skip',
      enabled: () => selected().some((id) => !photos.isExcluded(id)),
      perform: () => edits.append({ kind: 'photos-excluded', photoIds: selected(), excluded: true }),
    },
    {
      id: 'edit.include',
      label: 'Include photo again',
      group: 'Photos',
      enabled: () => selected().some((id) => photos.isExcluded(id)),
      perform: () => edits.append({ kind: 'photos-excluded', photoIds: selected(), excluded: false }),
    },
    {
      id: 'edit.hide-frame',
      label: 'Hide frame',
      group: 'Edit',
      keys: [{ key: 'h' }],
      enabled: () => selectedFrames().some((id) => !edits.scene.hiddenFrameIds.has(id)),
      perform: () => edits.append({ kind: 'frames-hidden', frameIds: selectedFrames(), hidden: true }),
    },
    {
      id: 'edit.show-all',
      label: 'Show all frames',
      group: 'Edit',
      keys: [{ key: 'h', shift: true }],
      words: 'unhide',
      enabled: () => edits.scene.hiddenFrameIds.size > 0,
      perform: () => edits.append({ kind: 'frames-hidden', frameIds: [...edits.scene.hiddenFrameIds], hidden: false }),
    },
    {
      id: 'edit.earlier',
      label: 'Move photo earlier',
      group: 'Photos',
      keys: [{ key: 'ArrowLeft', ctrl: true }],
      words: 'reorder',
      enabled: () => !selection.isEmpty,
      perform: move(-1),
    },
    {
      id: 'edit.later',
      label: 'Move photo later',
      group: 'Photos',
      keys: [{ key: 'ArrowRight', ctrl: true }],
      words: 'reorder',
      enabled: () => !selection.isEmpty,
      perform: move(1),
    },
    {
      id: 'edit.box-tool',
      label: 'Delete points with a box',
      group: 'Edit',
      keys: [{ key: 'b' }],
      words: 'crop select rectangle erase',
      enabled: () => frames.chunks.length > 0,
      perform: () => {
        app.viewport?.clearTool();
        shell.tool = shell.tool === 'box' ? 'look' : 'box';
      },
    },
    {
      id: 'edit.delete-box',
      label: 'Delete points in the box',
      group: 'Edit',
      keys: [{ key: 'Delete' }, { key: 'Backspace' }],
      enabled: () => shell.tool === 'box',
      perform: async () => {
        const boxes = app.viewport?.boxesDrawn() ?? [];
        if (boxes.length > 0) await edits.append({ kind: 'points-deleted', boxes });
        app.viewport?.clearTool();
      },
    },
    {
      id: 'edit.up-tool',
      label: 'Set up by three points on the floor',
      group: 'Edit',
      words: 'ground level horizon gravity direction',
      enabled: () => frames.chunks.length > 0,
      perform: () => void (shell.tool = shell.tool === 'up' ? 'look' : 'up'),
    },
  ];
}
