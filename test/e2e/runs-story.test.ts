// A story: a bad photo is dropped, the run is replayed without it, and the two runs are held against each other.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(5, 240, 180, 60), false);
  ({ studio } = room);
}, 120_000);

afterAll(() => room?.close());

const runsListed = (): Promise<number> => studio.page.locator('li', { hasText: 'Geometry' }).count();

/** Loads the page and waits until all points are here. */
async function openAgain(): Promise<void> {
  await studio.reload();
  const { chunks } = (await studio.tell('project.snapshot', null))!;
  const all = chunks.reduce((sum, { count }) => sum + count, 0);
  const loaded = () => studio.page.getByTestId('readout').getAttribute('data-loaded');
  await expect.poll(async () => Number(await loaded())).toBe(all);
  await studio.page.getByRole('button', { name: 'Path', exact: true }).click();
}

/** Where the eye is now, as a camera of the path keeps it. */
async function eye(): Promise<string> {
  await studio.page.getByRole('button', { name: 'Keep this camera' }).click();
  const saved = async () => (await studio.tell('project.snapshot', null))!.cameras;
  await expect.poll(async () => (await saved()).length).toBe(1);
  const [{ worldFromCamera, intrinsics }] = await saved();
  await studio.tell('cameras.set', { cameras: [] });
  await studio.page.getByText('Look at the scene as the film shall begin').waitFor();
  const { translation, rotation } = worldFromCamera;
  // To a hundredth; `|| 0` makes one of both zeros.
  return [...translation, ...rotation, intrinsics.fxPx].map((x) => Math.round(x * 100) || 0).join(' ');
}

test('a project opens with the same view, whichever of its points arrive first', async () => {
  await openAgain();
  let first = '';
  // It comes in gently: the place where it rests is meant.
  await expect.poll(async () => first === (first = await eye())).toBe(true);
  const { chunks } = (await studio.tell('project.snapshot', null))!;
  for (const late of [chunks.slice(0, 3), chunks.slice(2)]) {
    const ids = new Set(late.map(({ id }) => id));
    await studio.page.route('**/chunk/**', async (route) => {
      const isLate = ids.has(route.request().url().split('/').at(-1)!);
      if (isLate) await new Promise((resolve) => setTimeout(resolve, 700));
      await route.continue();
    });
    await openAgain();
    await expect.poll(eye).toBe(first);
    await studio.page.unroute('**/chunk/**');
  }
});

test('a run is replayed without a photo that was excluded', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Scene', exact: true }).click();
  expect(await runsListed()).toBe(1);
  const replay = page.getByRole('button', { name: 'Replay without excluded photos' });
  expect(await replay.isDisabled()).toBe(true);
  const snapshot = await studio.tell('project.snapshot', null);
  const photoIds = [snapshot!.photos[4].id];
  await studio.tell('edits.append', { kind: 'photos-excluded', photoIds, excluded: true });
  await replay.click();
  await expect.poll(runsListed).toBe(2);
  await studio.waitForRun('done');
  await expect.poll(() => page.getByText('4 cameras in both, 1 only there').count()).toBe(1);
  await studio.screenshot('runs');
});

test('the older run is shown again, and deleted runs are gone', async () => {
  const { page } = studio;
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect.poll(() => page.getByText('4 cameras in both, 1 only here').count()).toBe(1);
  expect((await studio.tell('project.snapshot', null))!.frames).toHaveLength(5);
  await page.getByRole('button', { name: 'Delete this run' }).click();
  await expect.poll(runsListed).toBe(1);
  expect((await studio.tell('project.snapshot', null))!.runs).toHaveLength(1);
  expect(studio.problems()).toEqual([]);
});
