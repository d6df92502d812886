// Actions on the run.

import type { AppState } from '../state/app-state.svelte.ts';
import { newRun } from '../state/new-run.ts';
import type { Action } from './action.ts';

export function runActions(app: AppState): Action[] {
  const { run, photos } = app;
  const tell = (command: 'run.pause' | 'run.resume' | 'run.cancel') => (): Promise<unknown> => {
    app.notices.clear('run');
    return app.calls.tell(command, null, 'run');
  };
  const startNew = (): Promise<unknown> => {
    app.notices.clear('run');
    return app.calls.ask('run.start', newRun(app.models), 'run');
  };
  const failed = (): string[] =>
    app.frames.all.filter(({ status }) => status !== 'placed').map(({ photoId }) => photoId);
  /** Photos that the shown run has met. */
  const metOf = (isOf: (photoId: string) => boolean): string[] =>
    app.frames.all.filter(({ photoId }) => isOf(photoId)).map(({ photoId }) => photoId);
  const atRest = (): boolean => run.shown !== null && !run.isRunning;
  const replay = (photoIds: string[]): Promise<unknown> => {
    app.notices.clear('run');
    return app.calls.ask('run.branch', { photoIds }, 'run');
  };
  const now = (): string[] => metOf((id) => id === photos.ordered[app.timeline.idx]?.id);
  const excluded = (): string[] => metOf((id) => photos.isExcluded(id));
  return [
    {
      id: 'run.start',
      label: 'Reconstruct',
      group: 'Run',
      words: 'start begin build',
      enabled: () => photos.included > 0 && run.shown === null && !photos.importing,
      perform: startNew,
    },
    {
      id: 'run.pause',
      label: 'Pause',
      group: 'Run',
      enabled: () => run.isRunning,
      perform: tell('run.pause'),
    },
    {
      id: 'run.resume',
      label: 'Resume',
      group: 'Run',
      words: 'continue go on',
      enabled: () => run.isPaused || run.status === 'failed' || run.status === 'cancelled',
      perform: tell('run.resume'),
    },
    {
      id: 'run.continue',
      label: 'Continue with new photos',
      group: 'Run',
      enabled: () => run.status === 'done' && app.unmet > 0,
      perform: tell('run.resume'),
    },
    {
      id: 'run.cancel',
      label: 'Cancel the run',
      group: 'Run',
      words: 'stop end',
      enabled: () => run.isRunning || run.isPaused,
      perform: tell('run.cancel'),
    },
    {
      id: 'run.retry',
      label: 'Try unplaced photos again',
      group: 'Run',
      enabled: () => !run.isRunning && run.shown !== null && failed().length > 0,
      perform: () => app.calls.tell('run.retry', { photoIds: failed() }, 'run'),
    },
    {
      id: 'run.branch',
      label: 'Replay from this photo',
      group: 'Run',
      words: 'branch rewind state again',
      enabled: () => atRest() && now().length > 0,
      perform: () => replay(now()),
    },
    {
      id: 'run.without-excluded',
      label: 'Replay without excluded photos',
      group: 'Run',
      words: 'drop bad photo rewind branch',
      enabled: () => atRest() && excluded().length > 0,
      perform: () => replay(excluded()),
    },
    {
      id: 'run.again',
      label: 'Reconstruct from the start',
      group: 'Run',
      words: 'restart rerun',
      enabled: () => run.shown !== null && !run.isRunning && photos.included > 0,
      perform: startNew,
    },
  ];
}
