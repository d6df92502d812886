// A photo's file gets other bytes after import: it is noticed, never mixed in, and the user decides.

import { copyFile, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProjectSnapshot } from '../../../../../electron/contract/commands.ts';
import { projectLayout } from '../../../../../projects/format/layout.ts';
import { Sql } from '../../../../../projects/store/sql.ts';
import { numbered } from '../../../../support/engine/ledger-project.ts';
import { plainSettings } from '../../../../support/plain-settings.ts';
import { LedgerStudio } from '../../../../support/engine/ledger-studio.ts';

let studio: LedgerStudio;
let folder: string;
let paths: string[];

beforeEach(async () => {
  studio = await LedgerStudio.create();
  ({ folder } = (await studio.do('projects.create', { name: 'Test', folder: null })).project);
  paths = await studio.photos(numbered(3));
  await studio.import(paths);
});
afterEach(() => studio.destroy());

const snapshot = async (): Promise<ProjectSnapshot> => (await studio.do('project.snapshot', null))!;

async function runToEnd(begin: () => Promise<unknown>): Promise<void> {
  const done = studio.next('run.changed', ({ run }) => run.status === 'done');
  await begin();
  await done;
}
const firstRun = (): Promise<void> =>
  runToEnd(() => studio.do('run.start', { modelId: 'ledger', settings: plainSettings }));

/** The second photo's file holds another picture from now on. @returns what the studio says of it when the project is opened again */
async function replaceSecond(): Promise<ProjectSnapshot> {
  const [other] = await studio.photos(['another picture.png']);
  await copyFile(other, paths[1]);
  return reopened(true);
}

async function reopened(isTold: boolean): Promise<ProjectSnapshot> {
  await studio.do('projects.close', null);
  const told = isTold ? studio.next('photos.replaced') : Promise.resolve();
  await studio.do('projects.open', { folder });
  await told;
  return snapshot();
}

test('is noticed when the project is opened; one that was only touched is not', async () => {
  await utimes(paths[0], new Date(), new Date(Date.now() - 3_600_000));
  const { photos, replacedPhotos } = await replaceSecond();
  expect(replacedPhotos).toEqual([{ photoId: photos[1].id, isDecided: false }]);
});

test('is noticed when a run begins, which then does not read it and says why', async () => {
  const bytes = await readFile(paths[2]);
  await writeFile(paths[2], bytes.subarray(0, bytes.length - 20));
  await firstRun();
  const { photos, frames } = await snapshot();
  const reason = `${photos[2].name} holds another picture now than when it was imported; take the new one or exclude it.`;
  expect(frames.map(({ photoId, status }) => [photoId, status])).toContainEqual([photos[2].id, 'failed']);
  expect(frames.find(({ photoId }) => photoId === photos[2].id)?.reason).toBe(reason);
  expect(frames.filter(({ status }) => status === 'placed')).toHaveLength(2);
});

test('that is taken comes as a photo of its own in the same place; undo brings back what was made of the earlier one', async () => {
  await firstRun();
  const { photos: before, frames } = await replaceSecond();
  await studio.do('photos.take', { photoIds: [before[1].id] });
  const taken = await snapshot();
  expect(taken.photos.map(({ name }) => name)).toEqual([before[0], before[1], before[1], before[2]].map((p) => p.name));
  expect(taken.photos.map(({ path }) => path)).toEqual([paths[0], paths[1], paths[1], paths[2]]);
  expect(taken.photos[2].sha256).not.toBe(before[1].sha256);
  expect(taken.replacedPhotos).toEqual([{ photoId: before[1].id, isDecided: true }]);
  expect(taken.edits.at(-1)?.edit).toEqual({ kind: 'photos-excluded', photoIds: [before[1].id], excluded: true });
  expect(taken.frames).toEqual(frames);
  await runToEnd(() => studio.do('run.resume', null));
  const met = (await snapshot()).frames.map(({ photoId }) => photoId);
  expect(new Set(met)).toEqual(new Set(taken.photos.map(({ id }) => id)));
  await studio.do('edits.undo', null);
  expect((await snapshot()).edits.every(({ undone }) => undone)).toBe(true);
});

test('stands in its place in the order of the user too', async () => {
  const { photos } = await snapshot();
  const photoIds = photos.map(({ id }) => id).toReversed();
  await studio.do('edits.append', { kind: 'photos-reordered', photoIds });
  await replaceSecond();
  await studio.do('photos.take', { photoIds: [photos[1].id] });
  const now = await snapshot();
  const fresh = now.photos.find(({ path, id }) => path === paths[1] && id !== photos[1].id)!;
  const reordered = now.edits.findLast(({ edit }) => edit.kind === 'photos-reordered')?.edit;
  expect(reordered).toMatchObject({ photoIds: [photos[2].id, photos[1].id, fresh.id, photos[0].id] });
});

test('that is left is not asked about again, is not served as if it were the earlier one, and can come back', async () => {
  const original = await readFile(paths[1]);
  const { photos } = await replaceSecond();
  const [, { id }] = photos;
  await studio.do('photos.leave', { photoIds: [id] });
  expect((await reopened(false)).replacedPhotos).toEqual([{ photoId: id, isDecided: true }]);
  expect(studio.studio.resolveBulk('photo', id)).toBe(studio.studio.resolveBulk('thumb', id));
  await writeFile(paths[1], original);
  expect((await reopened(true)).replacedPhotos).toEqual([]);
  expect(studio.studio.resolveBulk('photo', id)).toBe(paths[1]);
});

test('that is damaged is told with the reason and stays as it was', async () => {
  const bytes = await readFile(paths[1]);
  await writeFile(paths[1], bytes.subarray(0, bytes.length / 2));
  const { photos } = await reopened(true);
  expect(await studio.codeOf('photos.take', { photoIds: [photos[1].id] })).toBe('photo-unreadable');
  expect(await studio.codeOf('photos.take', { photoIds: [photos[0].id] })).toBe('bad-input');
  const after = await snapshot();
  expect([after.photos.length, after.edits.length]).toEqual([3, 0]);
  expect(after.replacedPhotos).toEqual([{ photoId: photos[1].id, isDecided: false }]);
});

test('in a project of before this was kept, files are looked at once', async () => {
  await studio.do('projects.close', null);
  const sql = Sql.open(join(folder, projectLayout.database), 'write');
  expect(sql.run('DELETE FROM photoFiles')).toBe(3);
  sql.close();
  await writeFile(paths[0], await readFile(paths[2]));
  const { photos, replacedPhotos } = await reopened(true);
  expect(replacedPhotos).toEqual([{ photoId: photos[0].id, isDecided: false }]);
});
