// What the store does with files outside the database: sizes, existence, and failures of the file system as codes of ours.

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioFailure } from '../format/result.ts';

const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG', 'EINVAL', 'ENOENT']);

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Runs work that writes below `folder`. @throws StudioFailure project-not-writable, disk-full */
export async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StudioFailure('disk-full');
    if (unwritable.has(code)) throw new StudioFailure('project-not-writable', { folder });
    throw error;
  }
}

/** Names in a folder; none when the folder is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Size of a file in bytes; null when there is none. */
export async function fileSize(path: string): Promise<number | null> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : null;
  } catch {
    return null;
  }
}

/** Bytes of all files below a folder; what cannot be read counts as nothing. */
export async function folderSize(folder: string): Promise<number> {
  let bytes = 0;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await folderSize(path) : entry.isFile() ? ((await fileSize(path)) ?? 0) : 0;
  }
  return bytes;
}

/** Deletes files of ours; one that is already gone, or held open by another program, is left to the next sweep. */
export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true }).catch(() => undefined);
}
