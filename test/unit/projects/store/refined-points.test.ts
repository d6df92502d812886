// Points before and after a refinement: swapped by undo and redo, kept on disk meanwhile, forgotten when a frame gets others.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chunkPath } from '../../../../projects/format/layout.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { temporaryFolder } from '../../../support/project-fixtures.ts';
import { frameDraft, noBounds, photoRow, runSettings } from '../../../support/project-rows.ts';

/** A run with a frame whose points a refinement has replaced. */
async function refined(): Promise<{ store: ProjectStore; runId: string; refinementId: string }> {
  const store = await ProjectStore.create(join(await temporaryFolder(), 'project'), 'Test');
  onTestFinished(() => store.close());
  store.photos.add([photoRow('a')]);
  const { id: runId } = store.runs.create('learned', runSettings);
  await put(store, 'said');
  store.commitStep({ runId, frames: [frameDraft('a', 0)], chunks: [draft('said')] });
  await put(store, 'sharper');
  const { id: refinementId } = store.refinements.add(runId, { before: [], after: [] }, []);
  const step = store.commitStep({ runId, frames: [], chunks: [draft('sharper')], refinementId });
  expect(step).toMatchObject({ replaced: ['said'], unneeded: [] });
  return { store, runId, refinementId };
}

const draft = (id: string) => ({ id, photoId: 'a', kind: 'final' as const, count: 1, bounds: noBounds });

async function put(store: ProjectStore, id: string): Promise<void> {
  await mkdir(join(store.folder, 'chunks'), { recursive: true });
  await writeFile(join(store.folder, chunkPath(id)), id);
}

const shown = (store: ProjectStore, runId: string): string[] => store.chunks.list(runId).map(({ id }) => id);

test('undo shows the points of before, redo those after, and neither file is swept when the project is opened', async () => {
  const { store, runId, refinementId } = await refined();
  const points = store.turnRefinedPoints(refinementId, true);
  expect(points).toMatchObject({ chunks: [{ id: 'said' }], replaced: ['sharper'] });
  expect(store.turnRefinedPoints(refinementId, true)).toEqual({ chunks: [], replaced: [] });
  const { folder } = store;
  store.close();

  const again = await ProjectStore.open(folder);
  onTestFinished(() => again.close());
  expect(shown(again, runId)).toEqual(['said']);
  expect((await readdir(join(folder, 'chunks'))).length).toBe(2);
  again.turnRefinedPoints(refinementId, false);
  expect(shown(again, runId)).toEqual(['sharper']);
});

test('a frame that gets other points afterwards keeps them, and nobody needs the old files', async () => {
  const { store, runId, refinementId } = await refined();
  const { unneeded } = store.commitStep({ runId, frames: [], chunks: [draft('newer')] });
  expect(unneeded.toSorted()).toEqual(['said', 'sharper']);
  expect(store.turnRefinedPoints(refinementId, true)).toEqual({ chunks: [], replaced: [] });
  expect(shown(store, runId)).toEqual(['newer']);
});

test('what could be brought back is known until a further refinement ends that', async () => {
  const { store, runId, refinementId } = await refined();
  expect(store.refinedPoints.redoableIds(runId)).toEqual([]);
  store.refinements.setUndone(refinementId, true);
  store.turnRefinedPoints(refinementId, true);
  expect(store.refinedPoints.redoableIds(runId)).toEqual(['sharper']);
  store.refinements.add(runId, { before: [], after: [] }, []);
  expect(store.refinedPoints.has('sharper')).toBe(false);
  expect(shown(store, runId)).toEqual(['said']);
});

test('without the file of before, the frame keeps what it shows', async () => {
  const { store, runId, refinementId } = await refined();
  store.refinedPoints.remove(['said']);
  expect(store.turnRefinedPoints(refinementId, true).chunks).toEqual([]);
  expect(shown(store, runId)).toEqual(['sharper']);
});
