// What the engine does for requests about a whole scene.

import type { SceneRequests } from '../../contract/scene-requests.ts';
import { ask, label } from './ask.ts';
import { embed } from './embed.ts';
import { findPlanes, makeSplats } from './make-splats.ts';
import { renderToFile } from './render.ts';

export const sceneHandlers: {
  [K in keyof SceneRequests]: (input: SceneRequests[K]['input']) => Promise<SceneRequests[K]['output']>;
} = { findPlanes, splat: makeSplats, embed, ask, label, render: renderToFile };
