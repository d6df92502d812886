// Consistency on opening: files without rows go, rows without files go with a notice, a run that was cut off is paused.

import { join } from 'node:path';
import { chunkPath, largePathOf, projectLayout, statePath, thumbPath } from '../format/layout.ts';
import { fileSize, namesIn, removeFiles } from './files.ts';
import type { ProjectStore } from './project-store.ts';

/**
 * Makes rows and files agree after a crash. `photos/` is never touched: the user may keep files of their own there.
 * @returns sentences for the user; none when all was well
 */
export async function sweep(store: ProjectStore): Promise<string[]> {
  const notices: string[] = [];
  const { folder } = store;

  const lostChunks = await missing(store.chunks.ids(), (id) => join(folder, chunkPath(id)));
  if (lostChunks.length > 0) {
    store.chunks.remove(lostChunks);
    notices.push(
      `${counted(lostChunks.length, 'point file was', 'point files were')} missing; those photos show no points until they are reconstructed again.`,
    );
  }

  // Splats are made again without being asked for: no notice.
  store.gaussians.remove(await missing(store.gaussians.ids(), (id) => join(folder, chunkPath(id))));
  store.polishes.remove(await missing(store.polishes.ids(), (id) => join(folder, chunkPath(id))));
  store.splatFeatures.remove(await missing(store.splatFeatures.ids(), (id) => join(folder, chunkPath(id))));

  store.beliefs.remove(await missing(store.beliefs.chunkIds(), (id) => join(folder, chunkPath(id))));
  store.refinedPoints.remove(await missing(store.refinedPoints.chunkIds(), (id) => join(folder, chunkPath(id))));

  const lostStates = await missing(store.states.all(), ({ runId, stepIdx }) => join(folder, statePath(runId, stepIdx)));
  if (lostStates.length > 0) {
    store.states.remove(lostStates);
    notices.push(
      `${counted(lostStates.length, 'saved state was', 'saved states were')} missing; the run goes on from an earlier one.`,
    );
  }

  await removeUnknown(folder, projectLayout.chunks, namedChunks(store).map(chunkPath));
  await removeUnknown(
    folder,
    projectLayout.states,
    store.states.all().map(({ runId, stepIdx }) => statePath(runId, stepIdx)),
  );
  await removeUnknown(
    folder,
    projectLayout.thumbs,
    store.photos.list().flatMap(({ id }) => [thumbPath(id), largePathOf(thumbPath(id))]),
  );

  restRuns(store);
  return notices;
}

/** Nobody drives a run that was under way when its host ended. */
export function restRuns(store: ProjectStore): void {
  for (const run of store.runs.list())
    if (run.status === 'running') store.runs.update(run.id, { status: 'paused', message: null });
}

/** Ids of all files that may lie in the chunks folder. */
export const namedChunks = (store: ProjectStore): string[] => [
  ...store.chunks.ids(),
  ...store.beliefs.chunkIds(),
  ...store.refinedPoints.chunkIds(),
  ...store.gaussians.ids(),
  ...store.polishes.ids(),
  ...store.splatFeatures.ids(),
];

async function missing<T>(items: readonly T[], pathOf: (item: T) => string): Promise<T[]> {
  const sizes = await Promise.all(items.map((item) => fileSize(pathOf(item))));
  return items.filter((_, idx) => !sizes[idx]);
}

async function removeUnknown(folder: string, subfolder: string, known: readonly string[]): Promise<void> {
  const keep = new Set(known);
  const names = await namesIn(join(folder, subfolder));
  await removeFiles(
    names.filter((name) => !keep.has(`${subfolder}/${name}`)).map((name) => join(folder, subfolder, name)),
  );
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
