// A story: photos of a rendered room are dropped, points appear, the run is paused and goes on, a photo is excluded and comes back,
// one looks through a camera; and a drop of nonsense is answered where it was made.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras, boxRoom } from '../../projects/sample/presets.ts';
import { renderScene } from '../../projects/sample/render-scene.ts';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

const photoCount = 6;
let folder: string;
let photos: string[];
let studio: StudioDriver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-workspace-'));
  await mkdir(join(folder, 'room'));
  const scene = boxRoom();
  photos = await Promise.all(
    arcCameras(photoCount, 480, 360).map(async (camera, idx) => {
      const { rgb } = renderScene(scene, camera);
      const path = join(folder, 'room', `view_${idx + 1}.jpg`);
      await sharp(Buffer.from(rgb), { raw: { width: 480, height: 360, channels: 3 } })
        .jpeg({ quality: 92 })
        .toFile(path);
      return path;
    }),
  );
  studio = await openStudio({ project: 'Rendered room' });
}, 120_000);

afterAll(async () => {
  await studio?.close();
  await rm(folder, { recursive: true, force: true });
});

const pill = (): ReturnType<StudioDriver['page']['getByTestId']> => studio.page.getByTestId('run-pill');
const pointsShown = async (): Promise<number> => {
  const readout = studio.page.getByTestId('readout');
  return (await readout.count()) === 0 ? 0 : Number(await readout.getAttribute('data-points'));
};
const option = (idx: number): ReturnType<StudioDriver['page']['locator']> =>
  studio.page.getByRole('listbox', { name: 'Photos in input order' }).getByRole('option').nth(idx);

test('dropped photos start their own run, and points appear while it goes on', async () => {
  await studio.dropPhotos(photos);
  await studio.waitForFrames(2, 90_000);
  await expect.poll(pointsShown).toBeGreaterThan(100);
  await studio.screenshot('points-appear');
});

test('the camera stays where it is when more points come', async () => {
  const before = await studio.page.getByTestId('scene').getAttribute('data-eye');
  expect(before).toMatch(/^-?\d/);
  await studio.waitForFrames(3, 30_000);
  await studio.page.waitForTimeout(300);
  expect(await studio.page.getByTestId('scene').getAttribute('data-eye')).toBe(before);
});

test('a run is paused and goes on', async () => {
  // On a fast machine the run may be over before the button is pressed; then there is nothing to pause.
  if ((await pill().getAttribute('data-status')) !== 'running') await studio.tell('run.resume', null);
  await studio.page.getByRole('button', { name: 'Pause' }).click();
  await expect.poll(() => pill().getAttribute('data-status')).toBe('paused');
  await studio.page.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => pill().getAttribute('data-status')).not.toBe('paused');
});

test('an excluded photo leaves the scene and comes back with undo', async () => {
  await option(0).click();
  await studio.press('x');
  await expect.poll(() => option(0).getAttribute('aria-label')).toContain('excluded');
  await studio.screenshot('photo-excluded');
  await studio.press('Control+z');
  await expect.poll(() => option(0).getAttribute('aria-label')).not.toContain('excluded');
});

test('one looks through a camera, fades to its photo, and returns', async () => {
  await option(1).click();
  await studio.press('Enter');
  const bar = studio.page.getByTestId('through');
  await bar.waitFor();
  expect(await bar.textContent()).toContain('view_2.jpg');
  await bar.getByRole('slider').fill('1');
  await studio.page.waitForTimeout(800);
  await studio.screenshot('look-through');
  await studio.page.locator('body').press('Escape');
  await expect.poll(() => bar.count()).toBe(0);
});

test('points are deleted by a box, in the camera axes of the frames they belong to, and come back with undo', async () => {
  const deletions = async (): Promise<unknown[]> =>
    (await studio.tell('project.snapshot', null))!.edits.filter(
      ({ edit, undone }) => edit.kind === 'points-deleted' && !undone,
    );
  await studio.press('Shift+F');
  await studio.press('b');
  await studio.page.getByText('Drag a rectangle').waitFor();
  await studio.page.mouse.move(200, 150);
  await studio.page.mouse.down();
  await studio.page.mouse.move(800, 550, { steps: 4 });
  await studio.page.mouse.up();
  await studio.page.getByRole('button', { name: 'Delete points', exact: true }).click();
  await expect.poll(async () => (await deletions()).length).toBe(1);
  await studio.screenshot('points-deleted');
  await studio.press('Control+z');
  await expect.poll(async () => (await deletions()).length).toBe(0);
  await studio.press('Escape');
});

test('colours and frames change by the palette, without a run', async () => {
  await studio.searchPalette('colour by conf');
  await studio.press('Enter');
  await studio.page.getByRole('figure', { name: 'Legend' }).waitFor();
  await studio.screenshot('colour-by-confidence');
});

test('a drop of nonsense says what is wrong with each file', async () => {
  await studio.createProject('Nonsense');
  await expect.poll(() => studio.page.getByTestId('project-name').textContent()).toContain('Nonsense');
  const paths = ['poem.txt', 'broken.jpg'].map((name) => join(folder, name));
  for (const path of paths) await writeFile(path, 'no picture at all');
  await studio.dropPhotos(paths);
  await expect.poll(() => studio.page.getByRole('complementary').textContent()).toContain('broken.jpg');
  await studio.screenshot('nonsense');
  expect(await studio.page.getByRole('button', { name: 'Add photos or a video…' }).count()).toBe(1);
});

test('photos dropped on the home page become a project of their own', async () => {
  await studio.page.getByRole('button', { name: 'All projects' }).click();
  await studio.page.getByRole('heading', { name: 'Drop photos, a folder or a video' }).waitFor();
  await expect.poll(() => studio.page.getByTestId('projects').textContent()).toContain('Rendered room');
  await studio.screenshot('home');
  await studio.dropPhotos(photos.slice(0, 2));
  await expect.poll(() => studio.page.getByTestId('project-name').textContent()).toContain('Scene of');
  await expect.poll(() => option(1).getAttribute('aria-label')).toContain('view_2.jpg');
});

test('nothing went wrong in the page meanwhile', () => {
  expect(studio.problems()).toEqual([]);
});
