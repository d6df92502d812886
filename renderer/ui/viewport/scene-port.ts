// Joins the viewport's port (what actions may ask) to the scene.

import type { Readout } from '../../scene/live-options.ts';
import type { LiveView } from '../../scene/live-view.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import type { ColourMode } from '../../state/view.svelte.ts';
import type { ViewportPort } from '../../state/viewport-port.ts';

export function portOf(app: AppState, live: LiveView): ViewportPort {
  return {
    frameAll: () => live.eye.frameAll(),
    framePhotos: (ids) => live.eye.framePhotos(new Set(ids)),
    framePlaces: (places) => live.eye.framePlaces(places),
    flyTo: (id) => (app.selection.lookingThrough = id),
    lookFrom: (view) => live.eye.lookFrom(view),
    boxesDrawn: () => live.tools.cutBox(),
    clearTool: () => live.tools.clearBox(),
    viewNow: () => live.film.viewNow(),
    showView: (view) => live.film.show(view),
    leaveView: () => live.film.leave(),
    flyToView: (view) => live.film.flyTo(view),
    still: (view, widthPx, heightPx) => live.film.still(view, widthPx, heightPx),
    record: (film) => live.film.record(film),
  };
}

export function rangeFor(mode: ColourMode, readout: Readout): readonly [number, number] | null {
  return mode === 'depth' ? readout.depthRange : mode === 'height' ? readout.heightRange : null;
}
