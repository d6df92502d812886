// Small helpers of the ground-truth readers: files that may be missing, and lists in natural order.

import { readdir, readFile } from 'node:fs/promises';
import { StudioFailure } from '../../format/result.ts';
import { compareNaturally } from '../natural-order.ts';

/** The text, or null when there is no such file. */
export async function textOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StudioFailure('ground-truth-unreadable', { reason: (thrown as Error).message });
  }
}

/** Names in the folder that match, sorted as the import sorts photos (numbers by value); empty when there is no such folder. */
export async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => pattern.test(name)).sort(compareNaturally);
}
