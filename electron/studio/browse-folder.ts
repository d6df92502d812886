// One folder of this machine as the page's own dialog lists it, where the system has no dialogs (browser).

import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { projectLayout } from '../../projects/format/layout.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { isVideoName } from '../../projects/format/video/file-names.ts';
import { compareNaturally } from '../../projects/import/natural-order.ts';
import { endingOf, photoEndings } from '../../projects/import/photo/kinds.ts';
import type { FolderListing } from '../contract/commands.ts';

/** @throws StudioFailure folder-unreadable */
export async function browseFolder(path: string): Promise<FolderListing> {
  const folder = resolve(path);
  const parent = dirname(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new StudioFailure('folder-unreadable', { folder, reason: reasonOf(error) });
  });
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  const folders: FolderListing['folders'] = [];
  let photos = 0;
  for (const entry of shown) {
    const inside = join(folder, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(inside))))
      folders.push({ name: entry.name, path: inside, isProject: await isProject(inside) });
    else if (photoEndings.has(endingOf(entry.name)) || isVideoName(entry.name)) photos++;
  }
  folders.sort((a, b) => compareNaturally(a.name, b.name));
  const isOwn = shown.some(({ name }) => name === projectLayout.database);
  return { folder, parent: parent === folder ? null : parent, isProject: isOwn, folders, photos };
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

const isProject = (folder: string): Promise<boolean> =>
  stat(join(folder, projectLayout.database)).then(
    () => true,
    () => false,
  );

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'it does not exist.';
  if (code === 'ENOTDIR') return 'it is not a folder.';
  return code === 'EACCES' || code === 'EPERM' ? 'you have no permission to read it.' : message;
}
