// The database of a project whose folder cannot be written, copied to where SQLite can work on it.

import { chmod, copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectLayout } from '../format/layout.ts';
import { StudioFailure } from '../format/result.ts';
import { codeOf, writing } from './files.ts';

/**
 * What a crash has left in the write-ahead log comes along: the copy recovers it.
 * @returns path of the copy
 * @throws StudioFailure project-missing, project-locked (somebody writes it now), project-not-writable (nor readable), disk-full
 */
export async function copyForLooking(folder: string, workFolder: string): Promise<string> {
  const names = [projectLayout.database, `${projectLayout.database}-wal`];
  const sources = names.map((name) => join(folder, name));
  try {
    const before = await stampsOf(sources);
    if (before[0] === '') throw new StudioFailure('project-missing', { folder });
    await writing(workFolder, () => mkdir(workFolder, { recursive: true }));
    for (const [idx, source] of sources.entries())
      if (before[idx] !== '') await copied(folder, source, join(workFolder, names[idx]));
    // Another process may be writing it: a torn copy would show what never was.
    if (String(await stampsOf(sources)) !== String(before)) throw new StudioFailure('project-locked');
    return join(workFolder, projectLayout.database);
  } catch (error) {
    await rm(workFolder, { recursive: true, force: true });
    throw error;
  }
}

/** Size and time of each file; empty where none is. */
const stampsOf = (paths: readonly string[]): Promise<string[]> =>
  Promise.all(
    paths.map((path) =>
      stat(path).then(
        (stats) => (stats.isFile() ? `${stats.size} ${stats.mtimeMs}` : ''),
        () => '',
      ),
    ),
  );

async function copied(folder: string, source: string, target: string): Promise<void> {
  try {
    await copyFile(source, target);
    // The permissions came along, and the copy is to be worked on.
    await chmod(target, 0o600);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StudioFailure('disk-full');
    throw new StudioFailure('project-not-writable', { folder });
  }
}
