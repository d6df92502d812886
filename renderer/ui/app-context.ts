// How components find the app's state and actions.

import { getContext, setContext } from 'svelte';
import type { Actions } from '../actions/actions.ts';
import type { AppState } from '../state/app-state.svelte.ts';

const key = Symbol('app');

interface Context {
  app: AppState;
  actions: Actions;
}

export const provideApp = (context: Context): Context => setContext(key, context);
export const useApp = (): Context => getContext<Context>(key);
