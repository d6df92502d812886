// A story: photos are dropped, stand in the filmstrip, survive a reload and a killed host, and the palette is at hand.

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

let folder: string;
let studio: StudioDriver;

/** A board of coloured squares, each photo another; detail enough for a thumbnail that is not one colour. */
async function photo(name: string, seed: number): Promise<string> {
  const [widthPx, heightPx, squarePx] = [640, 480, 40];
  const data = Buffer.alloc(widthPx * heightPx * 3);
  for (let idx = 0; idx < widthPx * heightPx; idx++) {
    const column = Math.floor((idx % widthPx) / squarePx);
    const row = Math.floor(idx / widthPx / squarePx);
    const hash = Math.imul(column * 31 + row * 17 + seed, 2_654_435_761) >>> 0;
    data.writeUIntBE(hash >>> 8, idx * 3, 3);
  }
  const path = join(folder, name);
  await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .jpeg()
    .toFile(path);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-story-'));
  studio = await openStudio({ project: 'Terrace' });
}, 120_000);
afterAll(async () => {
  await studio?.close();
  await rm(folder, { recursive: true });
});

const filmstrip = (): ReturnType<StudioDriver['page']['locator']> =>
  studio.page.getByRole('listbox', { name: 'Photos in input order' }).getByRole('option');

test('dropped photos stand in the filmstrip in natural order, with their pictures', async () => {
  const paths = await Promise.all([photo('IMG_10.jpg', 10), photo('IMG_2.jpg', 2), photo('شارع 📷.jpg', 3)]);
  await writeFile(join(folder, 'notes.jpg'), 'these are words and no picture');
  await studio.dropPhotos([...paths, join(folder, 'notes.jpg')]);
  await expect.poll(() => filmstrip().count(), { timeout: 40_000 }).toBe(3);
  const names = await filmstrip().evaluateAll((options) => options.map((option) => option.ariaLabel));
  expect(names[0]).toContain('IMG_2.jpg');
  expect(names[1]).toContain('IMG_10.jpg');
  expect(names[2]).toContain('شارع 📷.jpg');
  const widthsPx = (): Promise<number[]> =>
    filmstrip()
      .locator('img')
      .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
  await expect.poll(widthsPx).toEqual([320, 320, 320]);
  await studio.screenshot('photos-dropped');
});

test('the file that is no picture is named, with the reason', async () => {
  await expect.poll(() => studio.page.getByText('notes.jpg').count()).toBeGreaterThan(0);
  const { import: report } = (await studio.tell('project.snapshot', null))!;
  expect(report?.skipped.map(({ name, code }) => [name, code])).toEqual([['notes.jpg', 'photo-unreadable']]);
});

test('the palette finds an action by a few letters and performs it', async () => {
  await studio.searchPalette('light the');
  await studio.screenshot('palette');
  await studio.press('Enter');
  await expect.poll(() => studio.page.locator('html').getAttribute('data-theme')).toBe('light');
  await studio.screenshot('light-theme');
  expect((await studio.tell('settings.get', null)).theme).toBe('light');
});

test('a reload shows the same photos', async () => {
  await studio.reload();
  await expect.poll(() => filmstrip().count()).toBe(3);
});

test('after the host was killed, the project opens again with all its photos', async () => {
  await studio.killAndRestartHost();
  await studio.page.getByRole('button', { name: 'Open Terrace' }).click();
  await expect.poll(() => filmstrip().count()).toBe(3);
  await studio.screenshot('after-kill');
});

test('a photo whose file was replaced says so when the project is opened, and the new picture can be taken', async () => {
  const { project, photos } = (await studio.tell('project.snapshot', null))!;
  await studio.tell('projects.close', null);
  await copyFile(await photo('another.jpg', 99), join(project.folder, photos[0].path));
  await studio.tell('projects.open', { folder: project.folder });
  const said = studio.page.getByTestId('replaced');
  await said.waitFor();
  expect(await said.locator('p').textContent()).toContain('IMG_2.jpg holds another picture now');
  await said.getByRole('button', { name: 'IMG_2.jpg' }).click();
  await studio.page.getByText('all here is of the earlier one').waitFor();
  await studio.screenshot('photo-replaced-light');
  await studio.tell('settings.set', { theme: 'dark' });
  await studio.reload();
  await said.waitFor();
  await studio.screenshot('photo-replaced');
  await said.getByRole('button', { name: 'Take the new picture' }).click();
  await expect.poll(() => filmstrip().count()).toBe(4);
  await said.waitFor({ state: 'detached' });
  const labels = await filmstrip().evaluateAll((options) => options.map((option) => option.ariaLabel));
  expect(labels.slice(0, 2)).toEqual(['Photo 1, IMG_2.jpg, excluded', 'Photo 2, IMG_2.jpg, not met yet']);
  await studio.screenshot('photo-replaced-taken');
  await studio.press('Control+KeyZ');
  await expect.poll(() => filmstrip().first().getAttribute('aria-label')).not.toContain('excluded');
});

test('nothing went wrong in the page meanwhile', () => {
  expect(studio.problems()).toEqual([]);
});
