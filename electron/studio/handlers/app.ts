// Commands about the studio itself: what it is, its settings, the system's dialogs.

import { totalmem } from 'node:os';
import { availableParallelism } from 'node:os';
import type { CommandsOf, HandlersOf } from './handler.ts';

export const appHandlers: HandlersOf<CommandsOf<'app' | 'settings' | 'dialog'>> = {
  'app.info': ({ options }) => ({
    version: options.version,
    host: options.host,
    threads: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    platform: process.platform,
    projectsFolder: options.projectsFolder,
  }),
  'settings.get': ({ settings }) => settings.read(),
  'settings.set': ({ settings }, change) => settings.change(change),
  'dialog.pick': ({ options }, { what }) => options.dialogs?.pick(what) ?? null,
};
