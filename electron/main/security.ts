// What no page may do in the desktop window, whatever it contains: Electron's security list, in one place.

import { shell, type Session, type WebContents, type WebPreferences } from 'electron';
import { pageOrigin, pageUrl } from '../contract/ipc.ts';

/** Settings of every window. Most are Electron's defaults today; they are said so that they stay. */
export const pagePreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const satisfies WebPreferences;

/** True for the page itself. URLs are parsed, never compared as text: `studio://app.evil` is not ours. */
export function isOwnPage(url: string | undefined): boolean {
  const parsed = url === undefined ? null : URL.parse(url);
  // `origin` of a scheme that this Node does not know is the text `null`, so the parts are compared.
  return parsed !== null && `${parsed.protocol}//${parsed.host}` === pageOrigin;
}

/** No navigation, no new windows, no embedded pages. */
export function lockDownContents(contents: WebContents): void {
  // Covers the main frame and every other; the page may load itself again and go nowhere else.
  contents.on('will-frame-navigate', (details) => {
    if (details.url !== pageUrl) details.preventDefault();
  });
  contents.on('will-redirect', (details) => details.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    // Licences and documentation open in the user's browser; nothing but the web is handed to the system.
    if (URL.parse(url)?.protocol === 'https:') void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** No permissions, no devices, no screen capture. Full screen and copying what the user selected are the page's own business. */
export function lockDownSession(session: Session): void {
  const harmless: ReadonlySet<string> = new Set(['fullscreen', 'clipboard-sanitized-write']);
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(harmless.has(permission) && isOwnPage(contents.getURL())),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => harmless.has(permission) && isOwnPage(origin));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  // A download would be a file that the user did not ask for: exports are written by the core.
  session.on('will-download', (event) => event.preventDefault());
}
