// Actions that move the eye, and only those do.

import { axisViews } from '../state/viewport-port.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import type { Action } from './action.ts';

export function lookThrough(app: AppState, photoId: string): void {
  app.selection.only(photoId);
  if (app.frames.byPhoto.get(photoId)?.worldFromCamera) app.viewport?.flyTo(photoId);
}

/** The placed photo before or after the one looked through, in input order. */
function neighbour(app: AppState, by: 1 | -1): string | null {
  const placed = app.photos.ordered.filter(({ id }) => app.frames.byPhoto.get(id)?.worldFromCamera);
  const at = placed.findIndex(({ id }) => id === app.selection.lookingThrough);
  return at < 0 ? null : (placed[at + by]?.id ?? null);
}

/** Only a state that persists believes something of views nobody took. */
function asksUnseen(app: AppState): boolean {
  const { shown } = app.run;
  return app.models.all?.find(({ id }) => id === shown?.modelId)?.kind === 'recurrent';
}

export function cameraActions(app: AppState): Action[] {
  const hasScene = (): boolean => app.viewport !== null && app.frames.chunks.length > 0;
  return [
    {
      id: 'camera.frame-selection',
      label: 'Frame selection',
      group: 'Camera',
      keys: [{ key: 'f' }],
      words: 'focus zoom',
      enabled: hasScene,
      perform: () =>
        app.selection.isEmpty ? app.viewport?.frameAll() : app.viewport?.framePhotos([...app.selection.photoIds]),
    },
    {
      id: 'camera.frame-all',
      label: 'Frame everything',
      group: 'Camera',
      keys: [{ key: 'Home' }, { key: 'f', shift: true }],
      words: 'reset view fit',
      enabled: hasScene,
      perform: () => app.viewport?.frameAll(),
    },
    {
      id: 'camera.through',
      label: 'Look through the camera',
      group: 'Camera',
      keys: [{ key: 'Enter' }],
      words: 'photo view overlay',
      enabled: () => {
        const id = app.selection.primary;
        return hasScene() && id !== null && Boolean(app.frames.byPhoto.get(id)?.worldFromCamera);
      },
      perform: () => lookThrough(app, app.selection.primary ?? ''),
    },
    ...([-1, 1] as const).map((by): Action => ({
      id: by < 0 ? 'camera.previous' : 'camera.next',
      label: by < 0 ? 'Look through the previous camera' : 'Look through the next camera',
      group: 'Camera',
      keys: [{ key: by < 0 ? 'ArrowLeft' : 'ArrowRight' }],
      enabled: () => neighbour(app, by) !== null,
      perform: () => lookThrough(app, neighbour(app, by) ?? ''),
    })),
    ...axisViews.map((view, idx): Action => ({
      id: `camera.${view}`,
      label: `Look from the ${view}`,
      group: 'Camera',
      keys: [{ code: `Digit${idx + 1}` }, { code: `Numpad${idx + 1}` }],
      words: 'orthographic axis',
      enabled: hasScene,
      perform: () => {
        app.view.orthographic = true;
        app.viewport?.lookFrom(view);
      },
    })),
    {
      id: 'camera.ask-unseen',
      label: 'Ask what this view would show',
      group: 'Camera',
      words: 'inferred unseen imagine ray map peek belief',
      enabled: () => hasScene() && asksUnseen(app) && !app.inferred.isWorking,
      perform: () => {
        const run = app.run.shown;
        if (!run || !app.viewport) return;
        app.view.showInferred = true;
        return app.inferred.ask(app.viewport.viewNow(), run.id);
      },
    },
    {
      id: 'camera.forget-unseen',
      label: 'Forget the inferred points',
      group: 'Camera',
      words: 'inferred unseen remove',
      enabled: () => app.inferred.pointCount > 0,
      perform: () => app.inferred.clear(),
    },
    {
      id: 'camera.orthographic',
      label: 'Perspective or parallel projection',
      group: 'Camera',
      keys: [{ key: 'p' }],
      words: 'orthographic',
      enabled: hasScene,
      perform: () => void (app.view.orthographic = !app.view.orthographic),
    },
  ];
}
