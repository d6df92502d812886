// The roads by which photos come in: the system's dialog, the browser's own file chooser, and drops.

import type { CommandInput } from '../../electron/contract/commands.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import { filesOfDrop } from './dropped-files.ts';

/** What was chosen or dropped: paths where the host shares this machine's files, files otherwise. */
export interface BroughtIn {
  name: string;
  paths: string[];
  files: File[];
}

export const pickPhotos = (app: AppState): Promise<BroughtIn | null> => pick(app, 'photos');
export const pickFolder = (app: AppState): Promise<BroughtIn | null> => pick(app, 'folder');

async function pick(app: AppState, what: 'photos' | 'folder'): Promise<BroughtIn | null> {
  if (app.shell.info?.host === 'electron') {
    const picked = await app.calls.ask('dialog.pick', { what }, 'app');
    return picked && picked.paths.length > 0 ? { name: nameFrom(picked.paths), paths: picked.paths, files: [] } : null;
  }
  const files = await chooseFiles(what === 'folder' ? 'folder' : 'photos');
  return files.length > 0 ? { name: nameFrom(files.map(pathOf)), paths: [], files } : null;
}

/** The browser's own chooser. */
export function chooseFiles(what: 'folder' | 'photos' | 'checkpoint'): Promise<File[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = what !== 'checkpoint';
  input.webkitdirectory = what === 'folder';
  if (what === 'photos') input.accept = 'image/*,video/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2';
  return new Promise((resolve) => {
    input.onchange = () => resolve([...(input.files ?? [])]);
    input.oncancel = () => resolve([]);
    input.click();
  });
}

/** @param transfer of a drop event; must be called while the event is being handled */
export async function readDrop(app: AppState, transfer: DataTransfer): Promise<BroughtIn | null> {
  const direct = [...transfer.files];
  const paths = direct.flatMap((file) => app.api.pathOf(file) ?? []);
  if (paths.length > 0) return { name: nameFrom(paths), paths, files: [] };
  const files = await filesOfDrop(transfer);
  return files.length > 0 ? { name: nameFrom(files.map(pathOf)), paths: [], files } : null;
}

/** Brings photos into the open project; without one, a new project is made of them and its run starts when they are in. */
export async function addPhotos(app: AppState, brought: BroughtIn | null): Promise<void> {
  if (!brought) return;
  app.notices.clear('import');
  if (!app.project || app.shell.page !== 'workspace') {
    const snapshot = await app.calls.ask('projects.create', { name: brought.name, folder: null }, 'app');
    if (!snapshot) return;
    app.show(snapshot);
    app.startWhenImported = true;
  } else if (!app.run.newest) app.startWhenImported = true;
  app.shell.mode = 'photos';
  const sources = await sourcesOf(app, brought);
  if (sources) await app.calls.tell('import.start', { sources, copy: brought.files.length > 0 }, 'import');
}

export async function sourcesOf(
  app: AppState,
  { paths, files }: BroughtIn,
): Promise<CommandInput<'import.start'>['sources'] | null> {
  if (paths.length > 0) return paths.map((path) => ({ kind: 'path' as const, path }));
  app.photos.uploadFraction = 0;
  const sent = await app.api.upload(files, (fraction) => (app.photos.uploadFraction = fraction));
  app.photos.uploadFraction = null;
  if (sent.ok) return [{ kind: 'upload', uploadId: sent.value.uploadId }];
  app.notices.add({ level: 'error', place: 'import', ...sent.error });
  return null;
}

const pathOf = (file: File): string => file.webkitRelativePath || file.name;

/** A project's first name: the folder's, or the only file's; otherwise the day. */
export function nameFrom(paths: readonly string[]): string {
  const parts = paths[0].split(/[\\/]/).filter(Boolean);
  const isFolder = paths.length === 1 && !/\.\w{2,5}$/.test(parts.at(-1) ?? '');
  const folder = isFolder ? parts.at(-1) : paths.every((path) => path.includes('/')) ? parts[0] : null;
  if (folder && !folder.includes(':')) return folder;
  if (paths.length === 1) return (parts.at(-1) ?? 'Scene').replace(/\.\w{2,5}$/, '');
  return `Scene of ${new Date().toLocaleDateString('en', { day: 'numeric', month: 'long' })}`;
}
