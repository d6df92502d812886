// The system's own dialogs and file manager, as the core asks for them.

import { BrowserWindow, dialog, shell, type OpenDialogOptions } from 'electron';
import type { StudioOptions } from '../studio/options.ts';

type Dialogs = NonNullable<StudioOptions['dialogs']>;
type What = Parameters<Dialogs['pick']>[0];

const media = {
  photos: [
    'jpg',
    'jpeg',
    'png',
    'webp',
    'tif',
    'tiff',
    'avif',
    'heic',
    'heif',
    'dng',
    'cr2',
    'cr3',
    'nef',
    'arw',
    'raf',
  ],
  videos: ['mp4', 'mov', 'm4v', 'webm', 'mkv'],
};

const pickOptions: Record<What, OpenDialogOptions> = {
  photos: {
    title: 'Add photos or videos',
    buttonLabel: 'Add',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'Photos and videos', extensions: [...media.photos, ...media.videos] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  folder: { title: 'Choose a folder', buttonLabel: 'Choose', properties: ['openDirectory', 'createDirectory'] },
  checkpoint: {
    title: 'Add a model',
    buttonLabel: 'Add',
    properties: ['openFile'],
    filters: [
      { name: 'Checkpoints', extensions: ['pth', 'pt', 'ckpt', 'safetensors', 'onnx'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  project: { title: 'Open a project', buttonLabel: 'Open', properties: ['openDirectory'] },
};

/** Dialogs belong to the window in front, where there is one. */
const owner = (): BrowserWindow | undefined => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];

export const systemDialogs: Dialogs = {
  async pick(what) {
    const window = owner();
    const { canceled, filePaths } = await (window
      ? dialog.showOpenDialog(window, pickOptions[what])
      : dialog.showOpenDialog(pickOptions[what]));
    return canceled || filePaths.length === 0 ? null : { paths: filePaths };
  },
  async save(suggestedName) {
    const window = owner();
    const options = { defaultPath: suggestedName };
    const { canceled, filePath } = await (window
      ? dialog.showSaveDialog(window, options)
      : dialog.showSaveDialog(options));
    return canceled || !filePath ? null : filePath;
  },
};

/** Shows a folder in the file manager. @throws Error with the system's reason */
export async function reveal(folder: string): Promise<void> {
  const reason = await shell.openPath(folder);
  if (reason) throw new Error(reason);
}
