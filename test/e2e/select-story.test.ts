// A story: what a question found is selected, deleted with its points, brought back, isolated and shown again.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(3, 200, 150, 60), true);
  ({ studio } = room);
}, 120_000);

afterAll(() => room?.close());

const things = (): Promise<number> => studio.page.locator('aside li b').count();
const press = (name: string): Promise<void> => studio.page.getByRole('button', { name, exact: true }).click();

test('what “blue and not wall” found is selected and deleted; it no longer answers', async () => {
  await press('Ask');
  await studio.page.getByTestId('question').fill('blue and not wall');
  await studio.press('Enter');
  await expect.poll(things).toBe(1);
  await press('Select');
  await expect.poll(() => studio.page.getByTestId('selected').textContent()).toContain('blue and not wall');
  await studio.page.waitForTimeout(600);
  await studio.screenshot('select-selected');
  await press('Delete');
  await expect.poll(things).toBe(0);
  await press('Points');
  await studio.page.waitForTimeout(600);
  await studio.screenshot('select-deleted-points');
});

test('undo brings it back, and isolating it leaves nothing else until all is shown', async () => {
  await studio.press('Control+z');
  await expect.poll(things).toBe(1);
  await press('Isolate');
  await studio.page.getByText('Some splats are hidden.').waitFor();
  await studio.page.waitForTimeout(600);
  await studio.screenshot('select-isolated');
  await studio.page.getByTestId('question').fill('floor');
  await studio.press('Enter');
  await expect.poll(things).toBe(0);
  await press('Show all');
  await expect.poll(things).toBeGreaterThan(0);
});

test('features are shown as colours', async () => {
  await studio.page.getByText('PCA', { exact: true }).click();
  await press('Splats');
  await studio.page.waitForTimeout(1200);
  await studio.screenshot('ask-features');
  await expect.poll(() => studio.page.getByRole('alert').count()).toBe(0);
});

test('a click on the blue box selects its piece, a second operation adds to it', async () => {
  const selected = async (): Promise<number> =>
    Number((await studio.page.getByTestId('selected').locator('b').textContent())?.replace(/\D/g, ''));
  await studio.page.getByTestId('scene').click({ position: { x: 580, y: 437 } });
  await expect.poll(selected).toBeGreaterThan(300);
  const piece = await selected();
  await studio.page.getByText('Add', { exact: true }).click();
  await press('Select');
  // The answer on the screen is the floor: some nine thousand splats.
  await expect.poll(selected).toBeGreaterThan(piece + 5000);
  await studio.screenshot('select-grown');
});

test('the inventory of the label set is a table', async () => {
  await studio.page.getByLabel('Export selection').selectOption('inventory');
  const said = await studio.page.getByText('Written to').textContent();
  const table = await readFile(said?.replace('Written to ', '').trim() ?? '', 'utf8');
  expect(table.split('\n')[1]).toMatch(/^floor,\d{3,},/);
});
