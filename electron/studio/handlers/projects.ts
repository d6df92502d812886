// Commands about whole projects: the home page, opening, renaming, copying, deleting.

import { resolve } from 'node:path';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { ProjectInfo } from '../../../projects/format/scene.ts';
import { ProjectStore } from '../../../projects/store/project-store.ts';
import type { StudioContext } from '../context.ts';
import { deleteProject, duplicateProject, freeFolder } from '../project-folders.ts';
import { openOrLook } from '../read-only.ts';
import { showSample } from '../sample-project.ts';
import type { CommandsOf, HandlersOf } from './handler.ts';

export const projectHandlers: HandlersOf<CommandsOf<'projects' | 'project'>> = {
  'projects.recent': ({ recent }) => recent.list(),

  'projects.create': async (context, { name, folder }) => {
    const target = folder ?? (await freeFolder(context.options.projectsFolder, name));
    return context.show(() => ProjectStore.create(target, name));
  },

  'projects.open': (context, { folder }) => {
    const open = context.openProject;
    // Opening what is open shows it again: a window that was loaded anew must not disturb a run.
    if (open && open.session.folder === resolve(folder)) return open.session.snapshot(open);
    return context.show(() => openOrLook(folder));
  },

  'projects.close': async (context) => {
    await context.closeProject();
    return null;
  },

  'projects.rename': (context, { folder, name }) =>
    withStore(context, folder, async (store) => {
      if (store.isReadOnly) throw new StudioFailure('project-not-writable', { folder });
      const info = store.rename(name);
      if (context.openProject?.session.store === store) context.emitter.emit('project.changed', { project: info });
      return info;
    }),

  'projects.duplicate': (context, { folder, name }) =>
    withStore(context, folder, async (store) => {
      const open = context.openProject;
      if (open?.session.store === store && (open.runs.active || open.imports.active)) throw new StudioFailure('busy');
      const copy = await duplicateProject(store, store.isReadOnly ? context.options.projectsFolder : null, name);
      await copy.measure();
      const info = copy.info();
      copy.close();
      return info;
    }),

  'projects.delete': async (context, { folder }) => {
    const open = context.openProject?.session;
    if (open?.folder === resolve(folder)) {
      if (open.store.isReadOnly) throw new StudioFailure('project-not-writable', { folder });
      await context.closeProject();
    }
    await deleteProject(folder);
    await context.recent.forget(folder);
    return null;
  },

  'projects.forget': async ({ recent }, { folder }) => {
    await recent.forget(folder);
    return null;
  },

  'projects.reveal': async ({ options }, { folder }) => {
    if (!options.reveal) throw new StudioFailure('not-allowed');
    await options.reveal(resolve(folder));
    return null;
  },

  'projects.openSample': (context) => showSample(context),

  'project.snapshot': ({ openProject: open }) => open && open.session.snapshot(open),
};

/** Works on a project that may be open here already; remembers what became of it. */
async function withStore(
  { openProject, recent }: StudioContext,
  folder: string,
  work: (store: ProjectStore) => Promise<ProjectInfo>,
): Promise<ProjectInfo> {
  const open = openProject?.session.folder === resolve(folder) ? openProject.session.store : null;
  const store = open ?? (await openOrLook(folder));
  try {
    const info = await work(store);
    await recent.remember(info);
    return info;
  } finally {
    if (!open) store.close();
  }
}
