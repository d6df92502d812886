// What can be done about photos whose files hold other pictures now than when they were imported.

import type { Photo } from '../../projects/format/scene.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import type { Action } from './action.ts';

export function replacedActions({ photos, selection, calls, run }: AppState): Action[] {
  const selected = (): Photo[] => [...selection.photoIds].flatMap((id) => photos.get(id) ?? []);
  const tell = (command: 'photos.take' | 'photos.leave', which: readonly Photo[]): Promise<unknown> =>
    calls.tell(command, { photoIds: which.map(({ id }) => id) }, 'import');
  const canTake = (): boolean => !photos.importing && !run.isRunning;
  return [
    {
      id: 'photos.take-new',
      label: 'Take all pictures that have replaced photos',
      group: 'Photos',
      words: 'changed file other new picture',
      enabled: () => photos.undecided.length > 0 && canTake(),
      perform: () => tell('photos.take', photos.undecided),
    },
    {
      id: 'photos.leave-new',
      label: 'Stay with the earlier pictures of replaced photos',
      group: 'Photos',
      words: 'changed file ignore leave',
      enabled: () => photos.undecided.length > 0,
      perform: () => tell('photos.leave', photos.undecided),
    },
    {
      id: 'photos.take-selected',
      label: 'Take the new picture of this photo',
      group: 'Photos',
      words: 'changed file replaced other',
      enabled: () => selected().some((photo) => photos.canTake(photo)) && canTake(),
      perform: () =>
        tell(
          'photos.take',
          selected().filter((photo) => photos.canTake(photo)),
        ),
    },
  ];
}
