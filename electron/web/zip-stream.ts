// A folder as a zip archive, written while it is read: nothing of it lies in memory or on the disk.

import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** Points and pictures hardly get smaller. One time for all, so that an archive of the same files is the same. */
const asTheyAre = { compress: false, mtime: new Date(2000, 0, 1), mode: 0o100644, forceDosTimestamp: true };

/**
 * @param prefix folder that all names begin with inside the archive
 * @returns fails where a file vanishes or changes its size while it is read
 */
export async function zipOf(folder: string, prefix: string): Promise<Readable> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  for (const path of paths.toSorted())
    zip.addFile(path, `${prefix}/${relative(folder, path).split(sep).join('/')}`, asTheyAre);
  zip.end();
  return output;
}
