// The program that Electron starts: one instance, one studio, one window.

import { app, BrowserWindow, Menu, protocol, session } from 'electron';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  engineBundle,
  programFolder,
  programVersion,
  rendererFolder,
  userFolders,
  zooFolder,
} from '../studio/node-host.ts';
import { createPageServer } from '../studio/page-server.ts';
import { createStudio } from '../studio/studio.ts';
import { reveal, systemDialogs } from './dialogs.ts';
import { spawnUtilityEngine } from './engine-process.ts';
import { serveIpc } from './ipc.ts';
import { applicationMenu } from './menu.ts';
import { answerPageRequest, pageSchemes } from './page-protocol.ts';
import { lockDownContents, lockDownSession } from './security.ts';
import { openWindow } from './window.ts';
import { pageScheme } from '../contract/ipc.ts';

// Before Electron is ready: later is too late for all of these.
const folders = userFolders();
const userData = join(folders.dataFolder, 'window');
// Electron refuses a folder that does not exist.
mkdirSync(userData, { recursive: true });
app.setPath('userData', userData);
app.enableSandbox();
protocol.registerSchemesAsPrivileged(pageSchemes);

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('web-contents-created', (_event, contents) => lockDownContents(contents));
  await app.whenReady();
  await start();
} else {
  app.quit();
}

async function start(): Promise<void> {
  const studio = createStudio({
    host: 'electron',
    version: programVersion(),
    ...folders,
    zooFolder,
    spawnEngine: () => spawnUtilityEngine(engineBundle),
    dialogs: systemDialogs,
    reveal,
  });
  const page = await createPageServer(rendererFolder, studio);
  lockDownSession(session.defaultSession);
  protocol.handle(pageScheme, (request) => answerPageRequest(request, page, studio));
  serveIpc(studio);
  Menu.setApplicationMenu(applicationMenu());
  const show = (): BrowserWindow =>
    openWindow({ preload: join(programFolder, 'dist', 'preload', 'preload.cjs'), dataFolder: folders.dataFolder });
  show();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) show();
  });
  app.on('window-all-closed', () => app.quit());

  let ending = false;
  app.on('before-quit', (event) => {
    if (ending) return;
    ending = true;
    event.preventDefault();
    // Saves the run's state and closes the project; a failure there must not keep the program alive.
    void studio.close().finally(() => app.exit());
  });
}
