// What a run is started with when the user has said nothing.

import type { CommandInput } from '../../electron/contract/commands.ts';

export function defaultRun(modelId: string): CommandInput<'run.start'> {
  return { modelId, settings: { sizePx: null, maxFrames: null, refine: true, updateRule: 'plain' } };
}
