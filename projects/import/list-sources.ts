// Turns what the user chose (folders, photos, videos) into the list of files to read.

import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ImportFile, SkippedFile } from '../format/import-session.ts';
import { projectLayout } from '../format/layout.ts';
import { errorOf, StudioFailure } from '../format/result.ts';
import { isVideoName } from '../format/video/file-names.ts';
import type { Priors } from './foreign/prior-index.ts';
import { priorsOf } from './foreign/priors.ts';
import { compareNaturally } from './natural-order.ts';
import { endingOf, photoEndings } from './photo/kinds.ts';

export interface ListedSources {
  files: Omit<ImportFile, 'idx'>[];
  /** What could not even be listed. */
  skipped: SkippedFile[];
  /** Sentences about projects of other tools that were found. */
  notices: string[];
}

/** Files in natural order; each file once, even when its folder is chosen as well. */
export async function listSources(sources: readonly string[], signal: AbortSignal): Promise<ListedSources> {
  const listed: ListedSources = { files: [], skipped: [], notices: [] };
  for (const source of sources) {
    const path = resolve(source);
    const found: ListedSources = { files: [], skipped: [], notices: [] };
    try {
      if ((await stat(path)).isDirectory()) {
        await walk(path, '', found, new Set(), signal);
        await addPriors(path, found);
      } else found.files.push(fileAt(path, basename(path)));
    } catch (error) {
      found.skipped.push(skippedFile(basename(path), error));
    }
    found.files.sort((a, b) => compareNaturally(a.name, b.name));
    listed.files.push(...found.files);
    listed.skipped.push(...found.skipped);
    listed.notices.push(...found.notices);
  }
  const seen = new Set<string>();
  listed.files = listed.files.filter(({ path }) => !seen.has(path) && seen.add(path));
  return listed;
}

/** A file that was chosen by name is tried whatever its ending: its content decides. */
const fileAt = (path: string, name: string): Omit<ImportFile, 'idx'> => ({
  path,
  name,
  kind: isVideoName(path) ? 'video' : 'photo',
  prior: null,
});

async function walk(
  folder: string,
  prefix: string,
  found: ListedSources,
  visited: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  // Links may lead back to a folder above: each real folder is walked once.
  const real = await realpath(folder);
  if (visited.has(real)) return;
  visited.add(real);
  const entries = await readdir(folder, { withFileTypes: true });
  // A project of ours inside: its thumbnails are no photos.
  if (entries.some(({ name }) => name === projectLayout.database)) return;
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX' || entry.name === '@eaDir') continue;
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    try {
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path)).isDirectory());
      if (isFolder) await walk(path, `${name}/`, found, visited, signal);
      else if (photoEndings.has(endingOf(name)) || isVideoName(name)) found.files.push(fileAt(path, name));
    } catch (error) {
      if (signal.aborted) throw error;
      found.skipped.push(skippedFile(name, error));
    }
  }
}

/** A folder of COLMAP or with transforms.json: only its photos count, with the poses it knows. */
async function addPriors(folder: string, found: ListedSources): Promise<void> {
  let priors: Priors | null;
  try {
    priors = await priorsOf(folder);
  } catch (error) {
    found.notices.push(errorOf(error).sentence);
    return;
  }
  if (!priors) return;
  found.notices.push(...priors.notices);
  let matched = 0;
  for (const file of found.files) {
    const prior = priors.ofFile(file.name);
    if (prior) matched++;
    file.prior = prior;
  }
  found.notices.push(`${priors.tool}: ${matched} of ${found.files.length} photos come with a known pose.`);
}

function skippedFile(name: string, error: unknown): SkippedFile {
  const code = (error as NodeJS.ErrnoException).code;
  const failure =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? new StudioFailure('photo-missing', { name })
      : code === 'EACCES' || code === 'EPERM'
        ? new StudioFailure('photo-unreadable', { name, reason: 'you have no permission to read it.' })
        : error;
  const { code: errorCode, sentence } = errorOf(failure);
  return { name, code: errorCode, reason: sentence };
}
