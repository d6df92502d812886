// A story: the scene has points and no splats yet. The tools that select say what they need, and then work on what is shown.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(3, 200, 150, 60), false);
  ({ studio } = room);
}, 120_000);

afterAll(() => room?.close());

const press = (name: string): Promise<void> => studio.page.getByRole('button', { name, exact: true }).click();
const selected = async (): Promise<number> => {
  const [said = '0'] = await studio.page.getByTestId('selected').locator('b').allTextContents();
  return Number(said.replace(/\D/g, ''));
};
const loaded = async (): Promise<number> =>
  Number(await studio.page.getByTestId('readout').getAttribute('data-splats-loaded'));

test('the brush says that it needs splats, and makes them', async () => {
  await studio.page.getByTestId('readout').waitFor();
  await press('Select with a brush');
  await studio.page.getByText('What is painted are splats').waitFor();
  await studio.screenshot('points-brush-empty');
  await studio.page.getByTestId('scene').locator('..').getByRole('button', { name: 'Make splats' }).click();
  await studio.page.getByText('Paint to select').waitFor();
});

test('a stroke over shown points selects', async () => {
  await expect.poll(async () => (await studio.tell('project.snapshot', null))!.gaussians.length).toBe(3);
  await press('Points');
  await expect.poll(loaded).toBeGreaterThan(20_000);
  await studio.page.mouse.move(565, 470);
  await studio.page.mouse.down();
  await studio.page.mouse.move(615, 485, { steps: 5 });
  await studio.page.mouse.up();
  await expect.poll(selected).toBeGreaterThan(50);
  await studio.press('Control+z');
  await expect.poll(selected).toBe(0);
  await press('Done');
});

test('a click on a shown point selects its piece, and it can be deleted and brought back', async () => {
  await studio.page.getByTestId('scene').click({ position: { x: 580, y: 437 } });
  await expect.poll(selected).toBeGreaterThan(300);
  await studio.page.waitForTimeout(600);
  await studio.screenshot('points-piece');
  const edits = async (): Promise<number> =>
    (await studio.tell('project.snapshot', null))!.edits.filter(({ undone }) => !undone).length;
  await press('Delete');
  await expect.poll(edits).toBe(1);
  await studio.press('Control+z');
  await expect.poll(edits).toBe(0);
  expect(studio.problems()).toEqual([]);
});
