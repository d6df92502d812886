// The menu of the system: only what the system itself expects. Actions of the studio live in the page, with their keys and the palette.

import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** null where a menu bar would only repeat the page (Windows, Linux); macOS needs one for copying, hiding and quitting. */
export function applicationMenu(
  platform: NodeJS.Platform = process.platform,
  isPackaged: boolean = app.isPackaged,
): Menu | null {
  // Undo and redo are missing on purpose: they belong to the edits of the project, not to a text field.
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'togglefullscreen' }, ...(isPackaged ? [] : ([{ role: 'toggleDevTools' }] as const))],
  };
  if (platform === 'darwin') return Menu.buildFromTemplate([{ role: 'appMenu' }, edit, view, { role: 'windowMenu' }]);
  return isPackaged ? null : Menu.buildFromTemplate([view]);
}
