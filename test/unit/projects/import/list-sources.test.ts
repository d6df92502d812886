// Listing what the user chose.

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { listSources } from '../../../../projects/import/list-sources.ts';
import { temporaryFolder } from '../../../support/project-fixtures.ts';

async function folderWith(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), 'bytes');
  }
  return folder;
}
const list = (...sources: string[]) => listSources(sources, new AbortController().signal);
const namesOf = async (...sources: string[]) => (await list(...sources)).files.map(({ name }) => name);

test('folders are searched with their subfolders, in natural order; hidden and foreign files are left out', async () => {
  const folder = await folderWith(
    'IMG_10.jpg',
    'IMG_9.JPG',
    'notes.txt',
    '.hidden.jpg',
    '.trash/a.jpg',
    'trip.jpg/b.HEIC',
    'day 2/عكا 🏰.png',
    'clip.MOV',
  );
  expect(await namesOf(folder)).toEqual(['clip.MOV', 'day 2/عكا 🏰.png', 'IMG_9.JPG', 'IMG_10.jpg', 'trip.jpg/b.HEIC']);
  expect((await list(folder)).files.filter(({ kind }) => kind === 'video')).toHaveLength(1);
});

test('a file that is chosen by name is listed whatever its ending, and only once', async () => {
  const folder = await folderWith('a.jpg', 'photo');
  expect(await namesOf(join(folder, 'photo'), folder, join(folder, 'a.jpg'))).toEqual(['photo', 'a.jpg']);
});

test('links that lead back up end nowhere, and dead links are told', async () => {
  const folder = await folderWith('in/a.jpg');
  await symlink(folder, join(folder, 'in/loop'));
  await symlink('/nowhere/at/all', join(folder, 'dead.jpg'));
  const { files, skipped } = await list(folder);
  expect(files.map(({ name }) => name)).toEqual(['in/a.jpg']);
  expect(skipped).toEqual([{ name: 'dead.jpg', code: 'photo-missing', reason: 'dead.jpg is no longer where it was.' }]);
});

test('a project of ours among the photos is not imported', async () => {
  const folder = await folderWith('a.jpg', 'project/project.sqlite', 'project/thumbs/t.webp');
  expect(await namesOf(folder)).toEqual(['a.jpg']);
});

test('a source that is not there is told, and the others are listed', async () => {
  const folder = await folderWith('a.jpg');
  const { files, skipped } = await list(join(folder, 'gone'), folder);
  expect(files).toHaveLength(1);
  expect(skipped).toMatchObject([{ name: 'gone', code: 'photo-missing' }]);
});

test('a thousand photos in many folders are listed in order', async () => {
  const folder = await temporaryFolder();
  for (let day = 0; day < 10; day++) {
    await mkdir(join(folder, `day ${day}`));
    await Promise.all(Array.from({ length: 100 }, (_, idx) => writeFile(join(folder, `day ${day}`, `${idx}.jpg`), '')));
  }
  const names = await namesOf(folder);
  expect(names).toEqual(Array.from({ length: 1000 }, (_, idx) => `day ${Math.floor(idx / 100)}/${idx % 100}.jpg`));
});

test('listing stops when it is cancelled', async () => {
  const folder = await folderWith('a.jpg');
  await expect(listSources([folder], AbortSignal.abort())).resolves.toMatchObject({ files: [] });
});
