// The only bridge into the desktop page: `window.studio`, one function per command and one subscription per event. Holds no logic.

import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { commandNames, type CommandName } from '../contract/commands.ts';
import { eventNames, type StudioEventName } from '../contract/events.ts';
import { channels, pageOrigin } from '../contract/ipc.ts';
import { uploadFiles } from '../contract/upload-client.ts';
import { fail, type Result } from '../../projects/format/result.ts';

/** Own properties only: a page that asks for `constructor` finds nothing. */
const functions = new Map<string, (input: unknown) => Promise<Result<unknown>>>(
  commandNames.map((command: CommandName) => [
    command,
    (input) => ipcRenderer.invoke(channels.invoke, command, input) as Promise<Result<unknown>>,
  ]),
);

const listeners = new Map<string, Set<(payload: unknown) => void>>(
  eventNames.map((event: StudioEventName) => [event, new Set()]),
);
ipcRenderer.on(channels.event, (_sender, event: string, payload: unknown) => {
  for (const listener of listeners.get(event) ?? []) listener(payload);
});

contextBridge.exposeInMainWorld('studio', {
  invoke(command: string, input: unknown) {
    const run = functions.get(command);
    return run ? run(input) : Promise.resolve(fail('bad-input', { reason: `there is no command ${command}` }));
  },
  on(event: string, listener: (payload: unknown) => void) {
    // A wrapper of its own, so that each subscription ends by itself; Electron's event object stays on this side.
    const own = (payload: unknown): void => listener(payload);
    listeners.get(event)?.add(own);
    return () => void listeners.get(event)?.delete(own);
  },
  url: (what: string, id: string) => `${pageOrigin}/${encodeURIComponent(what)}/${encodeURIComponent(id)}`,
  // A file made by the page itself has no path; Electron answers with an empty string.
  pathOf: (file: File) => webUtils.getPathForFile(file) || null,
  upload: (files: readonly File[], onProgress: (fraction: number) => void) =>
    uploadFiles(new URL(`${pageOrigin}/upload/`), files, onProgress),
});
