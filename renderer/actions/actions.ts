// All user actions, made once for an app and found by id.

import type { AppState } from '../state/app-state.svelte.ts';
import type { Action } from './action.ts';
import { cameraActions } from './camera-actions.ts';
import { editActions } from './edit-actions.ts';
import { polishActions } from './polish-actions.ts';
import { measureActions } from './measure-actions.ts';
import { projectActions } from './project-actions.ts';
import { replacedActions } from './replaced-actions.ts';
import { runActions } from './run-actions.ts';
import { selectActions } from './select-actions.ts';
import { shellActions } from './shell-actions.ts';
import { viewActions } from './view-actions.ts';

export interface Actions {
  all: readonly Action[];
  /** @throws when there is no such action: a mistake in the interface */
  get(id: string): Action;
}

export function createActions(app: AppState): Actions {
  const all = [
    ...projectActions(app),
    ...replacedActions(app),
    ...runActions(app),
    ...polishActions(app),
    ...measureActions(app),
    ...editActions(app),
    ...selectActions(app),
    ...cameraActions(app),
    ...viewActions(app),
    ...shellActions(app),
  ];
  const byId = new Map(all.map((action) => [action.id, action]));
  return {
    all,
    get(id) {
      const action = byId.get(id);
      if (!action) throw new Error(`There is no action ${id}.`);
      return action;
    },
  };
}
