// Stands in for the `electron` module in tests (aliased in build/vitest.config.ts): the same names, recorded calls, events by hand.

import { EventEmitter } from 'node:events';

export interface Recorded {
  name: string;
  args: unknown[];
}

/** Everything that was called, in order: `app.quit`, `session.setPermissionCheckHandler`, … */
export const calls: Recorded[] = [];
export const callsOf = (name: string): unknown[][] =>
  calls.filter((call) => call.name === name).map(({ args }) => args);

const record =
  (name: string, answer?: (...args: never[]) => unknown) =>
  (...args: unknown[]): unknown => {
    calls.push({ name, args });
    return answer?.(...(args as never[]));
  };

class Recorder extends EventEmitter {
  /** Adds a recorded method. */
  protected record(prefix: string, names: readonly string[]): void {
    for (const name of names) Object.assign(this, { [name]: record(`${prefix}.${name}`) });
  }
}

class FakeApp extends Recorder {
  isPackaged = false;
  hasLock = true;
  ready = Promise.withResolvers<void>();
  constructor() {
    super();
    this.record('app', ['setPath', 'enableSandbox', 'quit', 'exit']);
  }
  requestSingleInstanceLock = record('app.requestSingleInstanceLock', () => this.hasLock) as () => boolean;
  whenReady = record('app.whenReady', () => this.ready.promise) as () => Promise<void>;
}
export const app = new FakeApp();

export class FakeWebContents extends Recorder {
  url = '';
  mainFrame = { url: '' };
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  constructor() {
    super();
    this.record('webContents', ['send', 'reload']);
  }
  getURL = (): string => this.url;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
}

export class BrowserWindow extends Recorder {
  static all: BrowserWindow[] = [];
  static getAllWindows = (): BrowserWindow[] => BrowserWindow.all;
  static getFocusedWindow = (): BrowserWindow | null => null;
  options: Record<string, unknown>;
  webContents = new FakeWebContents();
  bounds = { x: 10, y: 20, width: 1200, height: 700 };
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    this.record('window', ['show', 'focus', 'restore']);
    BrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  isMinimized = (): boolean => true;
  isDestroyed = (): boolean => false;
  getNormalBounds = (): unknown => this.bounds;
  loadURL(url: string): Promise<void> {
    calls.push({ name: 'window.loadURL', args: [url] });
    this.webContents.url = url;
    this.webContents.mainFrame.url = url;
    return Promise.resolve();
  }
}

type Handler = (...args: unknown[]) => unknown;
const handlers = new Map<string, Handler>();
export const ipcMain = { handle: (channel: string, handler: Handler) => void handlers.set(channel, handler) };
export const protocol = {
  registerSchemesAsPrivileged: record('protocol.registerSchemesAsPrivileged'),
  handle: record('protocol.handle'),
};

class FakeSession extends EventEmitter {
  permissionRequest: Handler | null = null;
  permissionCheck: Handler | null = null;
  device: Handler | null = null;
  display: Handler | null = null;
  setPermissionRequestHandler = (handler: Handler): void => void (this.permissionRequest = handler);
  setPermissionCheckHandler = (handler: Handler): void => void (this.permissionCheck = handler);
  setDevicePermissionHandler = (handler: Handler): void => void (this.device = handler);
  setDisplayMediaRequestHandler = (handler: Handler): void => void (this.display = handler);
}
export const session = { defaultSession: new FakeSession() };

export const dialog = {
  openAnswer: { canceled: false, filePaths: ['/photos'] },
  saveAnswer: { canceled: false, filePath: '/out.ply' },
  showOpenDialog: record('dialog.showOpenDialog', () => Promise.resolve(dialog.openAnswer)),
  showSaveDialog: record('dialog.showSaveDialog', () => Promise.resolve(dialog.saveAnswer)),
};
export const shell = {
  openExternal: record('shell.openExternal', () => Promise.resolve()),
  openPathAnswer: '',
  openPath: record('shell.openPath', () => Promise.resolve(shell.openPathAnswer)),
};
export const Menu = {
  setApplicationMenu: record('Menu.setApplicationMenu'),
  buildFromTemplate: (template: unknown) => ({ template }),
};
export const nativeTheme = { shouldUseDarkColors: true };
export const screen = { getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }) };

export class FakeUtilityProcess extends Recorder {
  pid: number | undefined = 4_000_000;
  constructor() {
    super();
    this.record('utilityProcess', ['postMessage']);
  }
}
export const utilityProcess = {
  last: null as FakeUtilityProcess | null,
  fork: record('utilityProcess.fork', () => (utilityProcess.last = new FakeUtilityProcess())),
};

class FakeIpcRenderer extends EventEmitter {
  answer: unknown = null;
  invoke = record('ipcRenderer.invoke', () => Promise.resolve(this.answer));
}
export const ipcRenderer = new FakeIpcRenderer();
export const exposed: Record<string, unknown> = {};
export const contextBridge = { exposeInMainWorld: (name: string, api: unknown) => void (exposed[name] = api) };
export const webUtils = {
  paths: new Map<unknown, string>(),
  getPathForFile: (file: unknown) => webUtils.paths.get(file) ?? '',
};

/** Calls a handler of ipcMain as a frame of a window would. */
export function invokeFrom(
  frame: { sender: unknown; senderFrame: unknown },
  channel: string,
  ...args: unknown[]
): Promise<unknown> {
  const handler = handlers.get(channel);
  if (!handler) throw new Error(`nothing listens on ${channel}`);
  return Promise.resolve(handler(frame, ...args));
}

export const channelsHandled = (): string[] => [...handlers.keys()];

/** Forgets everything, for the next test. */
export function resetElectron(): void {
  calls.length = 0;
  handlers.clear();
  BrowserWindow.all = [];
  app.removeAllListeners();
  app.hasLock = true;
  app.isPackaged = false;
  app.ready = Promise.withResolvers<void>();
  ipcRenderer.removeAllListeners();
  session.defaultSession = new FakeSession();
}
