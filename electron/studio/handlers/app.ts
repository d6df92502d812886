// Commands about the studio itself: what it is, its settings, the system's dialogs.

import { availableParallelism, homedir, totalmem } from 'node:os';
import { StudioFailure } from '../../../projects/format/result.ts';
import { hasFfmpeg } from '../../../projects/import/video/ffmpeg.ts';
import { browseFolder } from '../browse-folder.ts';
import type { CommandsOf, HandlersOf } from './handler.ts';

export const appHandlers: HandlersOf<CommandsOf<'app' | 'settings' | 'dialog'>> = {
  'app.info': async ({ options }) => ({
    version: options.version,
    host: options.host,
    threads: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    platform: process.platform,
    projectsFolder: options.projectsFolder,
    readsVideos: await hasFfmpeg(),
  }),
  'settings.get': ({ settings }) => settings.read(),
  'settings.set': ({ settings }, change) => settings.change(change),
  'dialog.pick': ({ options }, { what }) => options.dialogs?.pick(what) ?? null,
  'dialog.folder': ({ options }, { folder }) => {
    // A window asks with the system's dialogs: its page need not look around on the disk.
    if (options.dialogs) throw new StudioFailure('not-allowed');
    return browseFolder(folder ?? homedir());
  },
};
