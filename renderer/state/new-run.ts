// What a run is started with: the chosen method, and what else the user has chosen for it.

import type { CommandInput } from '../../electron/contract/commands.ts';
import type { ModelsState } from './models.svelte.ts';

export function newRun({ chosen, updateRule, revisit }: ModelsState): CommandInput<'run.start'> {
  const ofState =
    chosen?.kind === 'recurrent' ? { updateRule, revisit } : { updateRule: 'plain' as const, revisit: 'none' as const };
  return {
    modelId: chosen?.id ?? 'geometry',
    settings: { sizePx: null, maxFrames: null, refine: true, ...ofState },
  };
}
