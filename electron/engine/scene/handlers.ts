// What the engine does for requests about a whole scene.

import type { EngineProgressReport } from '../../contract/engine.ts';
import type { SceneRequests } from '../../contract/scene-requests.ts';
import type { SpaceRequests } from '../../contract/space-requests.ts';

type Requests = SceneRequests & SpaceRequests;
type SceneHandler<K extends keyof Requests> = (
  input: Requests[K]['input'],
  report?: (progress: EngineProgressReport) => void,
) => Promise<Requests[K]['output']>;

/** A request whose code is loaded when it first comes: an engine that only meets photos starts sooner and stays smaller. */
const when =
  <K extends keyof Requests>(load: () => Promise<SceneHandler<K>>): SceneHandler<K> =>
  async (...request) =>
    (await load())(...request);

export const sceneHandlers: { [K in keyof Requests]: SceneHandler<K> } = {
  findPlanes: when(async () => (await import('./make-splats.ts')).findPlanes),
  splat: when(async () => (await import('./make-splats.ts')).makeSplats),
  embed: when(async () => (await import('./embed.ts')).embed),
  ask: when(async () => (await import('./ask.ts')).ask),
  label: when(async () => (await import('./ask.ts')).label),
  select: when(async () => (await import('./select.ts')).select),
  selectedPoints: when(async () => (await import('./selected-points.ts')).selectedPoints),
  inventory: when(async () => (await import('./inventory.ts')).inventory),
  features: when(async () => (await import('./features.ts')).features),
  refine: when(async () => (await import('./refine.ts')).refine),
  track: when(async () => (await import('./track.ts')).track),
  polishBegin: when(async () => (await import('./polish.ts')).polishBegin),
  polishAdvance: when(async () => (await import('./polish.ts')).polishAdvance),
  polishEnd: when(async () => (await import('./polish.ts')).polishEnd),
  scoreViews: when(async () => (await import('./score-views.ts')).scoreViews),
  probeFeatures: when(async () => (await import('./probe-features.ts')).probeFeatures),
  render: when(async () => (await import('./render.ts')).renderToFile),
  anchor: when(async () => (await import('./anchor.ts')).anchor),
  answer: when(async () => (await import('./spatial.ts')).answerSpace),
  box: when(async () => (await import('./box.ts')).box),
};
