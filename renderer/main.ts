// The page begins here: finds the host, makes the state, joins them, shows the interface.

import '@fontsource-variable/inter';
import './ui/styles/tokens.css';
import './ui/styles/base.css';
import './ui/styles/controls.css';
import { mount } from 'svelte';
import type { StudioApi } from '../electron/contract/studio-api.ts';
import { createActions } from './actions/actions.ts';
import { AppState } from './state/app-state.svelte.ts';
import { connect, start } from './state/connect.ts';
import App from './ui/App.svelte';

declare global {
  interface Window {
    /** Given by the preload of the desktop window; a page in a browser makes its own. */
    studio?: StudioApi;
  }
}

async function findStudio(): Promise<StudioApi> {
  if (window.studio) return window.studio;
  const { connectStudio } = await import('../electron/web/browser-client.ts');
  return connectStudio();
}

const app = new AppState(await findStudio());
connect(app);
mount(App, { target: document.getElementById('app') ?? document.body, props: { app, actions: createActions(app) } });
await start(app);
