// What opening puts right after a crash.

import { access, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunkPath, statePath, thumbPath } from '../../../../projects/format/layout.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { temporaryProject } from '../../../support/project-fixtures.ts';
import { frameDraft, noBounds, photoRow, runSettings } from '../../../support/project-rows.ts';

test('files without rows go, rows without files go with a notice, and frames stay', async () => {
  const store = await temporaryProject();
  const { folder } = store;
  const write = (path: string, text = 'bytes') => writeFile(join(folder, path), text);
  store.photos.add([photoRow('a'), photoRow('b'), photoRow('c')]);
  const { id: runId } = store.runs.create('geometry', runSettings);
  const chunk = (id: string, photoId: string) => ({ id, photoId, kind: 'final' as const, count: 1, bounds: noBounds });
  store.commitStep({
    runId,
    frames: [frameDraft('a', 0), frameDraft('b', 1), frameDraft('c', 2)],
    chunks: [chunk('here', 'a'), chunk('lost', 'b'), chunk('empty', 'c')],
  });
  store.states.add(runId, 10);
  store.states.add(runId, 20);
  await write(chunkPath('here'));
  await write(chunkPath('empty'), '');
  await write(chunkPath('orphan'));
  await write(`${chunkPath('half')}.123.tmp`);
  await write(statePath(runId, 10));
  await write(statePath(runId, 30));
  await write(thumbPath('a'));
  await write(thumbPath('gone'));
  await write('photos/of-the-user.jpg');
  store.close();

  const opened = await ProjectStore.open(folder);
  expect(opened.openNotices).toEqual([
    '2 point files were missing; those photos show no points until they are reconstructed again.',
    '1 saved state was missing; the run goes on from an earlier one.',
  ]);
  expect(opened.chunks.ids()).toEqual(['here']);
  expect(opened.frames.list(runId)).toHaveLength(3);
  expect(opened.states.list(runId).map(({ stepIdx }) => stepIdx)).toEqual([10]);
  expect(opened.runs.byId(runId)?.status).toBe('paused');
  expect(await readdir(join(folder, 'chunks'))).toEqual(['here.safetensors']);
  expect(await readdir(join(folder, 'states'))).toEqual([statePath(runId, 10).split('/')[1]]);
  expect(await readdir(join(folder, 'thumbs'))).toEqual(['a.webp']);
  expect(await readdir(join(folder, 'photos'))).toEqual(['of-the-user.jpg']);
  opened.close();

  const again = await ProjectStore.open(folder);
  expect(again.openNotices).toEqual([]);
  again.close();
});

test('folders that are missing come back', async () => {
  const store = await temporaryProject();
  store.close();
  await rm(join(store.folder, 'chunks'), { recursive: true });
  (await ProjectStore.open(store.folder)).close();
  await access(join(store.folder, 'chunks'));
});
