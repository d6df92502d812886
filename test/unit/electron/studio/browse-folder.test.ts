// Folders of the machine as the page's own dialog lists them.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browseFolder } from '../../../../electron/studio/browse-folder.ts';
import { nodeStudioOptions } from '../../../../electron/studio/node-host.ts';
import { createStudio } from '../../../../electron/studio/studio.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'browse-'));
  for (const name of ['walk 10', 'walk 2', '.hidden', 'größe', 'a project']) await mkdir(join(root, name));
  for (const name of ['a.JPG', 'b.heic', 'c.mp4', 'notes.txt', '.d.jpg', 'a project/project.sqlite'])
    await writeFile(join(root, name), '');
  await symlink(join(root, 'walk 2'), join(root, 'link'));
  await symlink(join(root, 'nowhere'), join(root, 'dangling'));
});
afterAll(() => rm(root, { recursive: true }));

test('folders stand in natural order, projects are marked, photos are counted, and what is hidden stays so', async () => {
  const listing = await browseFolder(root);
  expect(listing).toMatchObject({ folder: root, parent: dirname(root), isProject: false, photos: 3 });
  expect(listing.folders.map(({ name }) => name)).toEqual(['a project', 'größe', 'link', 'walk 2', 'walk 10']);
  expect(listing.folders.filter(({ isProject }) => isProject).map(({ name }) => name)).toEqual(['a project']);
  expect((await browseFolder(join(root, 'a project'))).isProject).toBe(true);
  expect((await browseFolder('/')).parent).toBeNull();
});

test('a folder that cannot be looked into is told in one sentence', async () => {
  await expect(browseFolder(join(root, 'no such'))).rejects.toThrow(/no such cannot be read: it does not exist\.$/);
  await expect(browseFolder(join(root, 'notes.txt'))).rejects.toThrow(/it is not a folder\.$/);
});

test('a page in a window that has the dialogs of the system may not look around', async () => {
  const dialogs = { pick: () => Promise.resolve(null), save: () => Promise.resolve(null) };
  const options = { ...nodeStudioOptions('cli'), dataFolder: join(root, 'data'), projectsFolder: root };
  for (const has of [dialogs, null]) {
    const studio = createStudio({ ...options, dialogs: has });
    const result = await studio.invoke('dialog.folder', { folder: root });
    expect(result.ok).toBe(has === null);
    await studio.close();
  }
});
