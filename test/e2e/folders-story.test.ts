// A story in the browser: photos are taken from where they lie, a folder is watched, and a project from elsewhere on the disk is opened.

import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

const samplePhoto = (number: number): string =>
  inRepository('projects', 'sample', 'room', 'images', `room_0${number}.jpg`);
let folder: string;
let studio: StudioDriver;
let projectFolder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-folders-'));
  await mkdir(join(folder, 'holiday', 'räume'), { recursive: true });
  for (const number of [1, 2]) await copyFile(samplePhoto(number), join(folder, 'holiday', 'räume', `${number}.jpg`));
  await mkdir(join(folder, 'inbox'));
  studio = await openStudio({ project: 'Rooms' });
  projectFolder = (await studio.tell('project.snapshot', null))!.project.folder;
}, 120_000);
afterAll(async () => {
  await studio?.close();
  await rm(folder, { recursive: true });
});

const filmstrip = (): ReturnType<StudioDriver['page']['locator']> =>
  studio.page.getByRole('listbox', { name: 'Photos in input order' }).getByRole('option');
const dialog = (): ReturnType<StudioDriver['page']['getByRole']> => studio.page.getByRole('dialog');

/** Types a path and goes there, as one does who knows where it is. */
async function goTo(path: string): Promise<void> {
  await dialog().getByRole('textbox').fill(path);
  await studio.press('Enter');
}

test('a folder is found by typing and by clicking, and its photos stay where they are', async () => {
  await studio.page.getByRole('button', { name: 'Add a folder where it is…' }).click();
  await goTo(join(folder, 'nowhere'));
  await expect.poll(() => dialog().getByRole('status').textContent()).toContain('it does not exist.');
  await goTo(join(folder, 'holiday'));
  await dialog().getByRole('button', { name: 'räume' }).click();
  await expect.poll(() => dialog().getByRole('status').textContent()).toBe('2 photos here.');
  await studio.screenshot('folder-dialog');
  await dialog().getByRole('button', { name: 'Add photos' }).click();
  await expect.poll(() => filmstrip().count()).toBe(2);
  expect(await readdir(join(projectFolder, 'photos'))).toEqual([]);
  await studio.waitForRun('done');
});

test('photos that appear in a watched folder join the project, until it is watched no more', async () => {
  await studio.page.getByRole('button', { name: 'Watch a folder…' }).click();
  await goTo(join(folder, 'inbox'));
  await expect.poll(() => dialog().getByRole('status').textContent()).toContain('No photos directly in here');
  await dialog().getByRole('button', { name: 'Watch', exact: true }).click();
  await expect.poll(() => studio.page.getByRole('button', { name: 'Stop watching' }).count()).toBe(1);
  await copyFile(samplePhoto(3), join(folder, 'inbox', '3.jpg'));
  await expect.poll(() => filmstrip().count(), { timeout: 60_000 }).toBe(3);
  await studio.page.getByRole('button', { name: 'Stop watching' }).click();
  await expect.poll(() => studio.page.getByRole('button', { name: 'Watch a folder…' }).count()).toBe(1);
});

test('a project anywhere on the disk is opened, and a folder that is none is not', async () => {
  await studio.tell('projects.create', { name: 'Elsewhere', folder: join(folder, 'elsewhere') });
  await expect.poll(() => studio.page.title()).toContain('Elsewhere');
  await studio.page.getByRole('button', { name: 'All projects' }).click();
  await studio.page.getByRole('button', { name: 'Open a project…' }).click();
  await goTo(folder);
  const open = dialog().getByRole('button', { name: 'Open', exact: true });
  await expect.poll(() => open.isDisabled()).toBe(true);
  await studio.screenshot('open-a-project');
  await dialog().getByRole('button', { name: 'elsewhere' }).click();
  await expect.poll(() => open.isEnabled()).toBe(true);
  await open.click();
  await expect.poll(() => studio.page.title()).toContain('Elsewhere');
  expect(studio.problems()).toEqual([]);
});
