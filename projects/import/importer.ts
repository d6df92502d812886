// The import of photos and videos into a project: listed once, read in batches, committed as it goes, resumed after any end.

import { basename } from 'node:path';
import type { ImportProgress } from '../format/import-session.ts';
import { StudioFailure } from '../format/result.ts';
import { ImportJob, type ImportOptions } from './import-job.ts';
import type { ImportStore } from './import-store.ts';
import { listSources } from './list-sources.ts';

export type { ImportOptions, ImportTools } from './import-job.ts';

/**
 * Imports folders, photos and videos (absolute paths). Duplicates by content and unreadable files are skipped and told in
 * the answer; they stop nothing.
 * @param copy keep copies in the project; else photos are referred to where they are
 * @throws StudioFailure no-photos, disk-full, project-not-writable
 */
export async function importSources(
  store: ImportStore,
  sources: readonly string[],
  copy: boolean,
  options: ImportOptions,
): Promise<ImportProgress> {
  options.onProgress({ stage: 'listing', found: 0, done: 0, imported: 0, skipped: [], rate: null });
  const { files, skipped, notices } = await listSources(sources, options.signal);
  if (files.length === 0 && skipped.length === 0)
    throw new StudioFailure('no-photos', { source: sources.map((source) => basename(source)).join(', ') });
  notices.forEach((notice) => options.onNotice(notice));
  const unlisted = skipped.map(({ name }) => ({ path: '', name, kind: 'photo' as const, prior: null }));
  const session = store.transaction(() => {
    const begun = store.imports.begin([...files, ...unlisted], copy);
    skipped.forEach(({ code, reason }, idx) =>
      store.imports.markDone(begun.id, files.length + idx, { state: 'skipped', code, reason }),
    );
    return begun;
  });
  return new ImportJob(store, session, options).run();
}

/** Goes on with the import that was cancelled or cut off last; null when there is none. */
export async function resumeImport(store: ImportStore, options: ImportOptions): Promise<ImportProgress | null> {
  const session = store.imports.reopen();
  return session && new ImportJob(store, session, options).run();
}
