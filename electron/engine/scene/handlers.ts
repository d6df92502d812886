// What the engine does for requests about a whole scene.

import type { EngineProgressReport } from '../../contract/engine.ts';
import type { SceneRequests } from '../../contract/scene-requests.ts';
import { anchor } from './anchor.ts';
import { box } from './box.ts';
import type { SpaceRequests } from '../../contract/space-requests.ts';
import { ask, label } from './ask.ts';
import { embed } from './embed.ts';
import { features } from './features.ts';
import { inventory } from './inventory.ts';
import { findPlanes, makeSplats } from './make-splats.ts';
import { polishAdvance, polishBegin, polishEnd } from './polish.ts';
import { refine } from './refine.ts';
import { renderToFile } from './render.ts';
import { select } from './select.ts';
import { selectedPoints } from './selected-points.ts';
import { track } from './track.ts';
import { scoreViews } from './score-views.ts';

type Requests = SceneRequests & SpaceRequests;

export const sceneHandlers: {
  [K in keyof Requests]: (
    input: Requests[K]['input'],
    report?: (progress: EngineProgressReport) => void,
  ) => Promise<Requests[K]['output']>;
} = {
  findPlanes,
  splat: makeSplats,
  embed,
  ask,
  label,
  select,
  selectedPoints,
  inventory,
  features,
  refine,
  track,
  polishBegin,
  polishAdvance,
  polishEnd,
  scoreViews,
  render: renderToFile,
  anchor,
  box,
};
