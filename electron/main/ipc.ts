// Commands from the page to the core, events from the core to every window. Only our own page's main frame is heard.

import { BrowserWindow, ipcMain, type IpcMainInvokeEvent } from 'electron';
import { channels } from '../contract/ipc.ts';
import { fail } from '../../projects/format/result.ts';
import type { Studio } from '../studio/options.ts';
import { isOwnPage } from './security.ts';

export function serveIpc(studio: Pick<Studio, 'invokeUnchecked' | 'subscribe'>): void {
  ipcMain.handle(channels.invoke, (event, command: unknown, input: unknown) =>
    isOwnFrame(event) ? studio.invokeUnchecked(command, input) : fail('not-allowed'),
  );
  studio.subscribe(({ name, payload }) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (!window.isDestroyed()) window.webContents.send(channels.event, name, payload);
    }
  });
}

/** A frame inside the page, a foreign page, or a frame that has gone meanwhile is none of ours. */
function isOwnFrame({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOwnPage(senderFrame.url);
}
