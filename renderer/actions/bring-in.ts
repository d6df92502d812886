// The roads by which photos come in: the system's dialog, the browser's own file chooser, and drops.

import type { CommandInput } from '../../electron/contract/commands.ts';
import type { AppState } from '../state/app-state.svelte.ts';
import type { FolderWish } from '../state/folder-choice.svelte.ts';
import { errorOf } from '../../projects/format/result.ts';
import { isVideoName } from '../../projects/format/video/file-names.ts';
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

/** A folder of the machine that runs the studio, which stays where it is. */
export async function pickPath(app: AppState, wish: FolderWish): Promise<string | null> {
  if (app.shell.info?.host !== 'electron') return app.folderChoice.ask(wish);
  const picked = await app.calls.ask('dialog.pick', { what: wish === 'project' ? 'project' : 'folder' }, 'app');
  return picked?.paths[0] ?? null;
}

/** Photos of a folder as the studio's machine has it: nothing is sent or copied, and poses of other tools are found. */
export async function pickFolderInPlace(app: AppState): Promise<BroughtIn | null> {
  const folder = await pickPath(app, 'photos');
  return folder === null ? null : { name: nameFrom([folder]), paths: [folder], files: [] };
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
  const paths = direct.map((file) => app.api.pathOf(file));
  if (paths.some(Boolean)) {
    // Videos that the host cannot read are read here, so they come as files.
    const isForPage = direct.map(({ name }) => isVideoName(name) && !app.shell.info?.readsVideos);
    return {
      name: nameFrom(paths.flatMap((path) => path ?? [])),
      paths: paths.flatMap((path, i) => (path && !isForPage[i] ? path : [])),
      files: direct.filter((_, i) => isForPage[i]),
    };
  }
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
  } else if (!app.run.shown) app.startWhenImported = true;
  app.shell.mode = 'photos';
  const sources = await sourcesOf(app, brought);
  if (sources) await app.calls.tell('import.start', { sources, copy: brought.files.length > 0 }, 'import');
}

/** Looks at a checkpoint; what it is and what it takes is then asked about. */
export async function bringCheckpoint(app: AppState, brought: BroughtIn | null): Promise<void> {
  if (!brought) return;
  app.notices.clear('models');
  const [source] = (await sourcesOf(app, brought, 'models')) ?? [];
  if (source) await app.models.look(source);
}

/** Null when there is nothing to read, or what was there could not be had: then a notice says why. */
export async function sourcesOf(
  app: AppState,
  { paths, files }: BroughtIn,
  place: 'import' | 'models' = 'import',
): Promise<CommandInput<'import.start'>['sources'] | null> {
  const sources: CommandInput<'import.start'>['sources'] = paths.map((path) => ({ kind: 'path' as const, path }));
  const photos = app.shell.info?.readsVideos ? files : await withFramesOfVideos(app, files);
  if (photos.length === 0) return sources.length > 0 ? sources : null;
  const bringing = { title: 'Sending to the studio', stop: null };
  app.photos.bringing = { ...bringing, fraction: 0 };
  const sent = await app.api.upload(photos, (fraction) => (app.photos.bringing = { ...bringing, fraction }));
  app.photos.bringing = null;
  if (sent.ok) return [...sources, { kind: 'upload', uploadId: sent.value.uploadId }];
  app.notices.add({ level: 'error', place, ...sent.error });
  return null;
}

/** The files with every video replaced by its chosen frames; one that cannot be read is told and left out. */
async function withFramesOfVideos(app: AppState, files: readonly File[]): Promise<File[]> {
  const photos: File[] = [];
  for (const file of files) {
    if (!isVideoName(file.name)) {
      photos.push(file);
      continue;
    }
    const stopping = new AbortController();
    const bringing = { title: 'Choosing frames', stop: () => stopping.abort() };
    app.photos.bringing = { ...bringing, fraction: 0 };
    try {
      const { framesOfVideo } = await import('./video-frames.ts');
      const onProgress = (fraction: number): void => void (app.photos.bringing = { ...bringing, fraction });
      const frames = await framesOfVideo(file, onProgress, stopping.signal);
      photos.push(...frames.photos);
      for (const sentence of frames.notices) app.notices.add({ level: 'info', place: 'import', code: null, sentence });
    } catch (error) {
      if (!stopping.signal.aborted) app.notices.add({ level: 'error', place: 'import', ...errorOf(error) });
    }
    app.photos.bringing = null;
  }
  return photos;
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
