// Actions of the app itself: search, help, theme, leaving things.

import type { StudioSettings } from '../../electron/contract/commands.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import { modes } from '../state/shell.svelte.ts';
import type { Action } from './action.ts';

export async function setTheme(app: AppState, theme: StudioSettings['theme']): Promise<void> {
  const settings = await app.calls.ask('settings.set', { theme }, 'app');
  if (settings) app.shell.settings = settings;
}

/** Esc goes one step back: out of a camera, out of what is half measured, out of a tool, then the selection. */
function leaveOne(app: AppState): void {
  const { shell, selection, measure } = app;
  if (selection.lookingThrough) selection.lookingThrough = null;
  else if (shell.tool === 'measure' && measure.places.length > 0) measure.begin(measure.picking);
  else if (shell.tool !== 'look') {
    app.viewport?.clearTool();
    measure.begin(null);
    shell.tool = 'look';
  } else selection.clear();
}

export function shellActions(app: AppState): Action[] {
  const { shell } = app;
  return [
    {
      id: 'app.palette',
      label: 'Search actions',
      group: 'Help',
      keys: [{ key: 'k', ctrl: true }],
      enabled: () => true,
      perform: () => void (shell.dialog = shell.dialog === 'palette' ? null : 'palette'),
    },
    {
      id: 'app.keys',
      label: 'Keys and controls',
      group: 'Help',
      keys: [{ key: '?' }, { key: 'F1' }],
      words: 'help shortcuts cheat sheet',
      enabled: () => true,
      perform: () => void (shell.dialog = 'keys'),
    },
    {
      id: 'app.leave',
      label: 'Leave the tool, then clear the selection',
      group: 'Edit',
      keys: [{ key: 'Escape' }],
      enabled: () => true,
      perform: () => leaveOne(app),
    },
    ...(['dark', 'light', 'system'] as const).map((theme): Action => ({
      id: `app.theme-${theme}`,
      label: theme === 'system' ? 'Theme of the system' : `${theme === 'dark' ? 'Dark' : 'Light'} theme`,
      group: 'View',
      words: 'appearance colours',
      enabled: () => shell.settings.theme !== theme,
      perform: () => setTheme(app, theme),
    })),
    ...modes.map((mode): Action => ({
      id: `app.mode-${mode}`,
      label: `Open the ${mode} panel`,
      group: 'View',
      enabled: () => shell.page === 'workspace' && shell.mode !== mode,
      perform: () => void (shell.mode = mode),
    })),
  ];
}
