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
