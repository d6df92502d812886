// Which of our files a bundle is made from, and whether the bundle is older than they are.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('..', import.meta.url));
export const inRepository = (...parts: string[]): string => join(repository, ...parts);

/** Newest change below a path, in ms. Folders count too: deleting a file changes its folder. 0 when there is nothing. */
function newestMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), stats.mtimeMs);
}

/** True when `output` is missing or older than any of `inputs` (paths in the repository). */
export function isStale(output: string, inputs: readonly string[]): boolean {
  const builtMs = statSync(inRepository(output), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return inputs.some((input) => newestMs(inRepository(input)) > builtMs);
}
