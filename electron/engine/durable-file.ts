// Writes a file so that it is whole or absent whatever happens: temporary name, flush to disk, rename.

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioFailure } from '../../projects/format/result.ts';

/** @throws StudioFailure `disk-full` or `project-not-writable`; the file that was there before stays */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  // The process id keeps a dying engine and the one that replaces it from writing into each other's file.
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      // Without the flush, power loss could leave a row in the database whose file is empty.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeFailure(error, dirname(path));
  }
}

function writeFailure(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StudioFailure('disk-full');
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return new StudioFailure('project-not-writable', { folder });
  return error;
}
