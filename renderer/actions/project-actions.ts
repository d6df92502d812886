// Actions on projects and photos' sources.

import type { AppState } from '../state/app-state.svelte.ts';
import { openSample } from '../state/connect.ts';
import type { Action } from './action.ts';
import { addPhotos, pickFolder, pickFolderInPlace, pickPath, pickPhotos } from './bring-in.ts';

export async function goHome(app: AppState): Promise<void> {
  if (app.project) await app.calls.tell('projects.close', null, 'app');
  app.leave();
  app.shell.page = 'home';
  await app.library.refresh();
}

export async function openProject(app: AppState, folder: string): Promise<void> {
  const snapshot = await app.calls.ask('projects.open', { folder }, 'app');
  if (snapshot) app.show(snapshot);
}

export async function createProject(app: AppState, name: string): Promise<boolean> {
  const snapshot = await app.calls.ask('projects.create', { name, folder: null }, 'app');
  if (!snapshot) return false;
  app.show(snapshot);
  return true;
}

export function projectActions(app: AppState): Action[] {
  const inProject = (): boolean => app.project !== null;
  return [
    {
      id: 'project.home',
      label: 'Go to all projects',
      group: 'Project',
      words: 'home close start page',
      enabled: () => app.shell.page !== 'home',
      perform: () => goHome(app),
    },
    {
      id: 'project.new',
      label: 'New project',
      group: 'Project',
      words: 'create empty',
      enabled: () => true,
      perform: () => createProject(app, 'Untitled scene'),
    },
    {
      id: 'project.open',
      label: 'Open a project…',
      group: 'Project',
      words: 'folder disk',
      enabled: () => true,
      perform: async () => {
        const folder = await pickPath(app, 'project');
        if (folder !== null) await openProject(app, folder);
      },
    },
    {
      id: 'project.own-copy',
      label: 'Make a copy that can be changed',
      group: 'Project',
      words: 'read only duplicate own edit',
      enabled: () => app.project !== null && app.isReadOnly,
      perform: async () => {
        const { folder, name } = app.project!;
        const copy = await app.calls.ask('projects.duplicate', { folder, name: `${name} copy` }, 'project');
        if (copy) await openProject(app, copy.folder);
      },
    },
    {
      id: 'project.sample',
      label: 'Open the sample',
      group: 'Project',
      words: 'demo example room',
      enabled: () => true,
      perform: () => openSample(app),
    },
    {
      id: 'photos.add-files',
      label: 'Add photos or a video…',
      group: 'Photos',
      keys: [{ key: 'o', ctrl: true }],
      words: 'import files',
      enabled: () => true,
      perform: async () => addPhotos(app, await pickPhotos(app)),
    },
    {
      id: 'photos.add-folder',
      label: 'Add a folder…',
      group: 'Photos',
      keys: [{ key: 'o', ctrl: true, shift: true }],
      words: 'import directory',
      enabled: () => true,
      perform: async () => addPhotos(app, await pickFolder(app)),
    },
    {
      id: 'photos.add-in-place',
      label: 'Add a folder where it is…',
      group: 'Photos',
      words: 'import directory path server colmap transforms',
      // A window does so anyhow.
      enabled: () => app.shell.info?.host === 'web',
      perform: async () => addPhotos(app, await pickFolderInPlace(app)),
    },
    {
      id: 'photos.cancel-import',
      label: 'Stop reading photos',
      group: 'Photos',
      enabled: () => app.photos.importing,
      perform: () => app.calls.tell('import.cancel', null, 'import'),
    },
    {
      id: 'photos.resume-import',
      label: 'Go on reading photos',
      group: 'Photos',
      enabled: () => inProject() && app.photos.import?.stage === 'cancelled',
      perform: () => app.calls.tell('import.resume', null, 'import'),
    },
    {
      id: 'models.page',
      label: 'Methods and models',
      group: 'Project',
      words: 'packs checkpoints licence',
      enabled: () => app.shell.page !== 'models',
      perform: () => void (app.shell.page = 'models'),
    },
  ];
}
