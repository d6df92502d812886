// A story: a project on a medium that cannot be written is looked at, refuses to be changed in one sentence, and is copied.

import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listZip } from '../../models/compile/zip.ts';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(5, 240, 180, 60), true);
  ({ studio } = room);
  await studio.tell('projects.close', null);
  // Permissions do not stop the superuser; a folder where SQLite would write its log does.
  await mkdir(join(room.folder, 'project.sqlite-wal'));
  await studio.tell('projects.open', { folder: room.folder });
}, 120_000);
afterAll(() => room?.close());

const badge = () => studio.page.getByRole('button', { name: 'Read only' });

test('the header says that it is read only, and the scene is there', async () => {
  await badge().waitFor();
  await expect.poll(async () => (await studio.page.getByTestId('run-pill').textContent()) ?? '').toContain('Done');
  await studio.screenshot('read-only');
});

test('words are answered as ever', async () => {
  await studio.page.getByRole('button', { name: 'Ask', exact: true }).click();
  await studio.page.getByTestId('question').fill('blue');
  await studio.press('Enter');
  await expect.poll(() => studio.page.locator('aside li b').first().textContent()).toBe('blue 1');
  await studio.screenshot('read-only-ask');
});

test('an export is written beside it and can be downloaded; a folder comes as a zip', async () => {
  await studio.page.locator('nav, aside').getByRole('button', { name: 'Export', exact: true }).first().click();
  await studio.page.getByText('COLMAP model').first().click();
  await studio.page.locator('[data-action="export.write"]').click();
  const link = studio.page.getByRole('link', { name: 'Download' });
  await link.waitFor();
  await studio.screenshot('export-download');
  const download = studio.page.waitForEvent('download');
  await link.click();
  const path = await (await download).path();
  expect((await download).suggestedFilename()).toBe('Rendered room-colmap.zip');
  const file = await open(path);
  const entries = await listZip(file, (await file.stat()).size);
  await file.close();
  expect([...entries.keys()]).toContain('Rendered room-colmap/sparse/0/points3D.bin');
});

test('what would change it is refused in one sentence', async () => {
  await studio.page.getByRole('button', { name: 'Photos', exact: true }).click();
  await studio.page.locator('[data-photo]').first().click();
  await studio.press('KeyX');
  await studio.page.getByText('open for looking only').waitFor();
  await studio.tell('settings.set', { theme: 'light' });
  await studio.reload();
  await studio.page.locator('[data-photo]').first().click();
  await studio.press('KeyX');
  await studio.page.getByText('open for looking only').waitFor();
  await studio.screenshot('read-only-refused-light');
});

test('a click makes a copy that can be changed, and opens it', async () => {
  await badge().click();
  await badge().waitFor({ state: 'detached' });
  await expect.poll(() => studio.page.getByTestId('project-name').textContent()).toBe('Rendered room copy');
  await studio.page.locator('[data-photo]').first().click();
  await studio.press('KeyX');
  await studio.page.getByText('1 excluded').waitFor();
  expect(studio.problems()).toEqual([]);
});
