// What a run is started with: the chosen method, and what else the user has chosen for it.

import type { CommandInput } from '../../electron/contract/commands.ts';
import type { ModelsState } from './models.svelte.ts';

export function newRun({ chosen, updateRule, revisit, gapsId, predictors }: ModelsState): CommandInput<'run.start'> {
  const ofState =
    chosen?.kind === 'recurrent' ? { updateRule, revisit } : { updateRule: 'plain' as const, revisit: 'none' as const };
  // A pack may have been deleted since it was chosen.
  const fills = chosen?.kind === 'geometry' && predictors.some(({ id }) => id === gapsId);
  return {
    modelId: chosen?.id ?? 'geometry',
    settings: { sizePx: null, maxFrames: null, refine: true, ...ofState, depthModelId: fills ? gapsId : null },
  };
}
