// Project folders as a whole: a free name for a new one, a copy of one, the deletion of one.

import { access, chmod, cp, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { projectLayout } from '../../projects/format/layout.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { writing } from '../../projects/store/files.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';

/** A folder under `parent` that is not there yet, named like the project as far as every file system allows. */
export async function freeFolder(parent: string, name: string): Promise<string> {
  const base = [...name.normalize('NFC')]
    .map((c) => (c < ' ' || '\\/:*?"<>|'.includes(c) ? '-' : c))
    .join('')
    .slice(0, 80)
    .replace(/^[. ]+|[. ]+$/g, '');
  for (let n = 1; ; n++) {
    const folder = join(parent, `${base || 'Project'}${n > 1 ? ` ${n}` : ''}`);
    if (!(await exists(folder))) return folder;
  }
}

/**
 * Copies a project under a new name and identity; photos that are referenced in place stay where they are.
 * @param parent folder of the copy; null: beside the original
 */
export async function duplicateProject(
  source: ProjectStore,
  parent: string | null,
  name: string,
): Promise<ProjectStore> {
  const target = await freeFolder(parent ?? dirname(source.folder), name);
  try {
    await mkdir(target, { recursive: true });
    for (const key of ['chunks', 'thumbs', 'states', 'photos'] as const) {
      const from = join(source.folder, projectLayout[key]);
      if (await exists(from)) await cp(from, join(target, projectLayout[key]), { recursive: true });
      else await mkdir(join(target, projectLayout[key]));
      // The copy of a folder that cannot be written could not be either.
      await chmod(join(target, projectLayout[key]), 0o755);
    }
    source.copyDatabase(join(target, projectLayout.database));
    const copy = await ProjectStore.open(target);
    copy.meta.set('projectId', crypto.randomUUID());
    copy.meta.set('createdAtMs', Date.now());
    copy.rename(name);
    return copy;
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Deletes what the studio made in the folder, and the folder when nothing else is in it.
 * Files of the user's own that lie there stay. Original photos are only deleted where they are copies.
 * @throws StudioFailure project-missing, project-locked, project-not-writable
 */
export async function deleteProject(folder: string): Promise<void> {
  const root = resolve(folder);
  if (!(await exists(join(root, projectLayout.database)))) throw new StudioFailure('project-missing', { folder: root });
  const { chunks, thumbs, states, cache, database, photos } = projectLayout;
  await writing(root, async () => {
    for (const path of await copiedPhotos(root)) await rm(path, { force: true });
    for (const name of [chunks, thumbs, states, cache]) await rm(join(root, name), { recursive: true, force: true });
    await rmdir(join(root, photos)).catch(() => undefined);
    for (const name of await readdir(root))
      if (name === database || name.startsWith(`${database}-`)) await rm(join(root, name), { force: true });
  });
  await rmdir(root).catch(() => undefined);
}

/** Photos that lie inside the project as copies. A damaged project tells of none: its photos are left alone. */
async function copiedPhotos(root: string): Promise<string[]> {
  try {
    const store = await ProjectStore.open(root);
    const inside = join(root, projectLayout.photos);
    const paths = store.photos.list().map((photo) => store.photoPath(photo));
    store.close();
    return paths.filter((path) => dirname(path).startsWith(inside) && basename(path) !== '');
  } catch (error) {
    if (error instanceof StudioFailure && error.code === 'project-locked') throw error;
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
