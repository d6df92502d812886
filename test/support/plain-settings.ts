// What a run is asked when nothing is asked of it.

import type { RunSettings } from '../../projects/format/scene.ts';

export const plainSettings: RunSettings = {
  sizePx: null,
  maxFrames: null,
  refine: false,
  updateRule: 'plain',
  revisit: 'none',
  depthModelId: null,
};
