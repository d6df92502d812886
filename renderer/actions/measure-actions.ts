// Actions on measures: the mode, what is picked, the box of a selection.

import { pointMeasureKinds } from '../../projects/format/measures.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import type { Picking } from '../state/measure.svelte.ts';
import type { Action } from './action.ts';

/** Begins to pick, or ends it when that is what is being picked. */
export function pick(app: AppState, picking: Picking): void {
  const { shell, measure } = app;
  const isOn = shell.tool === 'measure' && measure.picking === picking;
  app.viewport?.clearTool();
  shell.mode = 'measure';
  shell.tool = isOn ? 'look' : 'measure';
  measure.begin(isOn ? null : picking);
}

export function measureActions(app: AppState): Action[] {
  const { shell, measure, frames, splatSelection } = app;
  const hasScene = (): boolean => shell.page === 'workspace' && frames.chunks.length > 0;
  const isPicking = (): boolean => shell.tool === 'measure' && measure.picking !== null;
  return [
    {
      id: 'measure.mode',
      label: 'Measure and ask about space',
      group: 'View',
      keys: [{ key: 'm' }],
      words: 'ruler distance length question panel',
      enabled: () => shell.page === 'workspace' && shell.mode !== 'measure',
      perform: () => void (shell.mode = 'measure'),
    },
    ...pointMeasureKinds.map((kind): Action => ({
      id: `measure.${kind}`,
      label: `Measure: ${kind}`,
      group: 'Edit',
      words: 'ruler length pick',
      enabled: hasScene,
      perform: () => pick(app, kind),
    })),
    {
      id: 'measure.scale',
      label: 'Set the scale by a known length',
      group: 'Edit',
      words: 'metres unit size calibrate',
      enabled: hasScene,
      perform: () => pick(app, 'scale'),
    },
    {
      id: 'measure.finish',
      label: 'Finish the measure',
      group: 'Edit',
      enabled: () => isPicking() && measure.canFinish,
      perform: () => measure.finish(),
    },
    {
      id: 'measure.take-back',
      label: 'Take back the last place',
      group: 'Edit',
      enabled: () => isPicking() && measure.places.length > 0,
      perform: () => measure.takeBack(),
    },
    {
      id: 'measure.box',
      label: 'Measure the box of the selected splats',
      group: 'Edit',
      words: 'size dimensions bounding oriented thing',
      enabled: () => !splatSelection.isEmpty,
      perform: async () => {
        await measure.addBox(splatSelection.chunks, splatSelection.what);
        shell.mode = 'measure';
      },
    },
  ];
}
