// A story: splats of a finished room are polished, cancelled once, and the pictures before and after are switched between.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(4, 160, 120, 50), true);
  ({ studio } = room);
}, 120_000);
afterAll(() => room?.close());

const button = (name: string) => studio.page.getByRole('button', { name, exact: true });
const fileIds = async (): Promise<string[]> =>
  ((await studio.tell('project.snapshot', null))?.gaussians ?? []).map(({ fileId }) => fileId);

test('polishing shows how far it is, and ends when it is cancelled', { timeout: 120_000 }, async () => {
  await button('Scene').click();
  await button('Polish').scrollIntoViewIfNeeded();
  await studio.screenshot('polish-offered');
  await button('Polish').click();
  await expect
    .poll(() => studio.page.getByTestId('polish-stage').textContent(), { timeout: 60_000 })
    .toMatch(/^Look [1-9]/);
  await studio.screenshot('polish-under-way');
  await button('Cancel').click();
  await button('Polish').waitFor({ timeout: 60_000 });
  const { gaussians = [], polishes } = (await studio.tell('project.snapshot', null)) ?? {};
  expect(polishes).toEqual([]);
  expect(gaussians.every(({ id, fileId }) => id === fileId)).toBe(true);
});

test(
  'polished from the palette, the splats are others and the panel says what it brought; there and back',
  { timeout: 180_000 },
  async () => {
    const { page } = studio;
    await button('Splats').click();
    const before = await fileIds();
    await studio.screenshot('polish-before');
    await studio.searchPalette('polish splats');
    await studio.press('Enter');
    const report = page.getByTestId('polish-report');
    await report.waitFor({ timeout: 120_000 });
    expect(await report.textContent()).toMatch(/Used, 3.*Kept out, 1/s);
    expect((await fileIds()).some((id) => before.includes(id))).toBe(false);
    await studio.screenshot('polish-after');

    await button('Take back').click();
    await expect.poll(fileIds).toEqual(before);
    await button('Bring back').click();
    await report.waitFor();
    expect((await fileIds()).some((id) => before.includes(id))).toBe(false);
    await studio.tell('settings.set', { theme: 'light' });
    await page.reload();
    await button('Scene').click();
    await report.scrollIntoViewIfNeeded();
    await studio.screenshot('polish-light');
    expect(studio.problems()).toEqual([]);
  },
);
