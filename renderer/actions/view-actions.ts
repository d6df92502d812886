// Actions that change how the scene is shown, and where in time one looks.

import type { AppState } from '../state/app-state.svelte.ts';
import type { BeliefView } from '../state/beliefs.svelte.ts';
import { colourModes, frameFilters, type ColourMode, type FrameFilter } from '../state/view.svelte.ts';
import type { Action } from './action.ts';

export const colourModeLabels: Readonly<Record<ColourMode, string>> = {
  photo: 'Photo',
  confidence: 'Confidence',
  frame: 'Frame',
  depth: 'Depth',
  height: 'Height',
  normal: 'Normal',
  error: 'Error',
  moving: 'Moving',
};

/** Name and what it shows. */
export const beliefViewLabels: Readonly<Record<BeliefView, readonly [string, string]>> = {
  first: ['First', 'Cameras and points as believed when each photo was met first'],
  revised: ['Revised', 'As believed since each photo was met again'],
  both: ['Both', 'First points in teal among the revised ones'],
};

export const frameFilterLabels: Readonly<Record<FrameFilter, string>> = { all: 'All', one: 'One', upto: 'Up to now' };

export function viewActions(app: AppState): Action[] {
  const { view, shell, timeline, splatSelection } = app;
  const inWorkspace = (): boolean => shell.page === 'workspace';
  const toggle = (
    id: string,
    label: string,
    key: 'showPoints' | 'showCameras' | 'showGrid' | 'showPhotosInCameras',
    keys?: Action['keys'],
  ): Action => ({
    id,
    label,
    group: 'View',
    keys,
    enabled: inWorkspace,
    perform: () => void (view[key] = !view[key]),
  });
  const resize = (factor: number) => (): void => {
    if (shell.tool === 'brush')
      splatSelection.brushRadiusPx = Math.round(Math.min(200, Math.max(4, splatSelection.brushRadiusPx * factor)));
    else view.pointSize = Math.min(4, Math.max(0.25, view.pointSize * factor));
  };
  const stepTo = (by: number) => (): void => {
    timeline.playing = false;
    timeline.step(by);
    const photo = app.photos.ordered[timeline.idx];
    if (photo) app.selection.only(photo.id);
  };
  return [
    toggle('view.points', 'Show or hide points', 'showPoints'),
    toggle('view.cameras', 'Show or hide cameras', 'showCameras', [{ key: 'c' }]),
    toggle('view.camera-photos', 'Photos in cameras', 'showPhotosInCameras'),
    {
      id: 'view.split',
      label: 'Compare with the nearest photo',
      group: 'View',
      keys: [{ key: 'v' }],
      words: 'split photo render divider side by side novel view',
      enabled: () => inWorkspace() && app.frames.placed.length > 0,
      perform: () => void (view.split = !view.split),
    },
    {
      id: 'view.flip',
      label: 'Flip between photo and render',
      group: 'View',
      keys: [{ key: 'v', shift: true }],
      words: 'a/b compare fade',
      enabled: () => app.selection.lookingThrough !== null,
      perform: () => void (app.selection.photoFade = app.selection.photoFade < 0.5 ? 1 : 0),
    },
    {
      id: 'view.belief',
      label: 'Flip between first and revised belief',
      group: 'View',
      keys: [{ key: 'r' }],
      words: 'revisit met again before after changed',
      enabled: () => inWorkspace() && app.beliefs.summary !== null,
      perform: () => app.beliefs.show(app.beliefs.shown === 'first' ? 'revised' : 'first'),
    },
    {
      id: 'view.belief-both',
      label: 'Show first and revised belief together',
      group: 'View',
      words: 'revisit met again compare',
      enabled: () => inWorkspace() && app.beliefs.summary !== null,
      perform: () => app.beliefs.show('both'),
    },
    toggle('view.grid', 'Show or hide the grid', 'showGrid', [{ key: 'g' }]),
    ...colourModes.map((mode): Action => ({
      id: `view.colour-${mode}`,
      label: `Colour by ${colourModeLabels[mode].toLowerCase()}`,
      group: 'View',
      enabled: inWorkspace,
      perform: () => void (view.colourMode = mode),
    })),
    ...frameFilters.map((filter): Action => ({
      id: `view.frames-${filter}`,
      label: `Frames: ${frameFilterLabels[filter].toLowerCase()}`,
      group: 'View',
      enabled: inWorkspace,
      perform: () => void (view.frameFilter = filter),
    })),
    {
      id: 'view.smaller',
      label: 'Smaller points or brush',
      group: 'View',
      keys: [{ key: '[' }],
      enabled: inWorkspace,
      perform: resize(0.8),
    },
    {
      id: 'view.larger',
      label: 'Larger points or brush',
      group: 'View',
      keys: [{ key: ']' }],
      enabled: inWorkspace,
      perform: resize(1.25),
    },
    {
      id: 'time.play',
      label: 'Play or stop',
      group: 'Time',
      keys: [{ key: ' ' }],
      enabled: () => inWorkspace() && timeline.count > 1,
      perform: () => timeline.togglePlay(),
    },
    {
      id: 'time.back',
      label: 'Previous photo',
      group: 'Time',
      keys: [{ key: ',' }],
      enabled: () => inWorkspace() && timeline.count > 0,
      perform: stepTo(-1),
    },
    {
      id: 'time.forward',
      label: 'Next photo',
      group: 'Time',
      keys: [{ key: '.' }],
      enabled: () => inWorkspace() && timeline.count > 0,
      perform: stepTo(1),
    },
    {
      id: 'time.loop',
      label: 'Loop playing',
      group: 'Time',
      enabled: inWorkspace,
      perform: () => void (timeline.loop = !timeline.loop),
    },
  ];
}
