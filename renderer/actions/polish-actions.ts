// Actions on the polish of the splats.

import type { AppState } from '../state/app-state.svelte.ts';
import type { Action } from './action.ts';

export function polishActions(app: AppState): Action[] {
  const { run, polish, splats } = app;
  const rests = (): boolean => !run.isRunning && polish.progress === null;
  return [
    {
      id: 'polish.run',
      label: 'Polish splats',
      group: 'Run',
      words: 'sharpen fit photos optimise',
      enabled: () => rests() && run.status === 'done' && splats.count > 0,
      perform: () => polish.start(),
    },
    {
      id: 'polish.cancel',
      label: 'Cancel polishing',
      group: 'Run',
      enabled: () => polish.progress !== null && !polish.ending,
      perform: () => polish.cancel(),
    },
    {
      id: 'polish.undo',
      label: 'Take back the polish',
      group: 'Run',
      enabled: () => rests() && polish.undoable !== null,
      perform: () => polish.undo(),
    },
    {
      id: 'polish.redo',
      label: 'Bring back the polish',
      group: 'Run',
      enabled: () => rests() && polish.redoable !== null,
      perform: () => polish.redo(),
    },
  ];
}
