// Where a photo's pixels will live: where they are, or in the project's own folder.

import { hash } from 'node:crypto';
import { copyFile, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { projectLayout } from '../format/layout.ts';
import { StudioFailure } from '../format/result.ts';

/**
 * The path as the photo's row keeps it: relative and with `/` inside the project, absolute outside.
 * @param copy brings a file from outside into `photos/`, whole or not at all
 * @throws StudioFailure disk-full, project-not-writable, photo-missing
 */
export async function placePhoto(
  projectFolder: string,
  source: string,
  sha256: string,
  copy: boolean,
): Promise<string> {
  const inside = relative(projectFolder, source);
  if (!inside.startsWith('..') && resolve(projectFolder, inside) === source) return inside.split(sep).join('/');
  if (!copy) return source.split(sep).join('/');
  const folder = join(projectFolder, projectLayout.photos);
  const [, stem, ending = ''] = /^(.+?)(\.[^.]*)?$/s.exec(basename(source)) ?? [];
  // Cameras number their files from one again and again: `IMG_0001.jpg` becomes `IMG_0001-2.jpg` where it is taken.
  for (let n = 1; ; n++) {
    const name = `${stem}${n > 1 ? `-${n}` : ''}${ending}`;
    const present = await presence(join(folder, name), sha256);
    if (present === 'other') continue;
    // The same content without a row is the copy of an import that was killed.
    if (present === 'none') await copyWhole(source, join(folder, name));
    return `${projectLayout.photos}/${name}`;
  }
}

async function presence(path: string, sha256: string): Promise<'none' | 'same' | 'other'> {
  try {
    return hash('sha256', await readFile(path), 'hex') === sha256 ? 'same' : 'other';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'other';
  }
}

async function copyWhole(source: string, target: string): Promise<void> {
  const temporary = `${target}.tmp`;
  try {
    await copyFile(source, temporary);
    // Without the flush, power loss could leave a row whose photo is empty.
    const file = await open(temporary, 'r+');
    await file.sync().finally(() => file.close());
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StudioFailure('disk-full');
    if (code === 'ENOENT') throw new StudioFailure('photo-missing', { name: basename(source) });
    throw new StudioFailure('project-not-writable', { folder: dirname(target) });
  }
}
