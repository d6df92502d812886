// A run's memory: that of a pairwise run, and the size of its pictures.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { SceneState } from '../reconstructor.ts';
import {
  emptyMemory,
  restoreState as restorePairs,
  saveState as savePairs,
  type PairMemory,
} from '../pairwise/saved-state.ts';
import type { Canvas } from './canvas.ts';

export interface ViewMemory extends PairMemory {
  /** null before the first photo. */
  canvas: Canvas | null;
}

export const emptyViews: ViewMemory = { ...emptyMemory, canvas: null };

export function saveState({ canvas, ...pairs }: ViewMemory, modelId: string): SceneState {
  const state = savePairs(pairs, modelId);
  return { ...state, facts: { ...state.facts, canvas } };
}

/** @throws StudioFailure 'run-failed' when the state is not one of this model, or not whole */
export function restoreState(state: SceneState, expectedId: string): ViewMemory {
  const pairs = restorePairs(state, expectedId);
  const canvas = state.facts.canvas as Canvas | null | undefined;
  if (canvas === undefined) throw new StudioFailure('run-failed', { reason: 'the saved state is not whole.' });
  return { ...pairs, canvas };
}
