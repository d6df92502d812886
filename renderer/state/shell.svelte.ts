// Where the user is in the app: page, mode, open dialogs, theme. Nothing of it is saved with a project.

import type { AppInfo, StudioSettings } from '../../electron/contract/commands.ts';

export type Page = 'starting' | 'home' | 'workspace' | 'models';
export const modes = ['photos', 'scene', 'ask', 'measure', 'path', 'export'] as const;
export type Mode = (typeof modes)[number];
export type Dialog = 'palette' | 'keys' | 'settings' | null;
/** What a drag or click in the viewport means. */
export type Tool = 'look' | 'box' | 'brush' | 'up' | 'measure';

export class ShellState {
  page = $state<Page>('starting');
  mode = $state<Mode>('photos');
  dialog = $state<Dialog>(null);
  tool = $state<Tool>('look');
  /** The open project is the sample: a line tells the newcomer what happens. */
  sampleLine = $state(false);
  info = $state.raw<AppInfo | null>(null);
  settings = $state.raw<StudioSettings>({ theme: 'dark', reducedQuality: false });
  systemIsLight = $state(false);
  dragging = $state(false);

  readonly theme: 'dark' | 'light' = $derived(
    this.settings.theme === 'system' ? (this.systemIsLight ? 'light' : 'dark') : this.settings.theme,
  );
}
