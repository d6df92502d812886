// A story: on the models page, what a model's features know of the open scene is held against what colours tell; once cancelled, then to the end.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(5, 96, 72, 50), false);
  ({ studio } = room);
  const path = join(import.meta.dirname, '../fixtures/models/permanence-toy.safetensors');
  await studio.tell('models.add', { source: { kind: 'path', path }, acceptLicence: true, precision: 'float32' });
}, 120_000);
afterAll(() => room?.close());

const button = (name: string) => studio.page.getByRole('button', { name, exact: true });

test('models are compared on the scene that is open', { timeout: 180_000 }, async () => {
  const { page } = studio;
  await page.getByText('Rendered room').first().waitFor();
  await studio.searchPalette('methods and models');
  await studio.press('Enter');
  await button('Compare on this scene').click();
  await button('Cancel').click();
  await button('Compare on this scene').click();
  const table = page.getByTestId('feature-probe');
  await table.waitFor({ timeout: 120_000 });
  const rows = await table.locator('tbody tr').allTextContents();
  expect(rows.map((row) => row.trim().split(/\s{2,}|\d/)[0])).toEqual([
    'Place and colour of pixels',
    expect.stringContaining('Permanence'),
    'The splats themselves',
  ]);
  for (const row of rows) expect(row).toMatch(/\d\d\.\d dB/);
  await table.scrollIntoViewIfNeeded();
  await studio.screenshot('feature-probe');
  await studio.tell('settings.set', { theme: 'light' });
  await page.reload();
  await page.getByText('Rendered room').first().waitFor();
  await studio.searchPalette('methods and models');
  await studio.press('Enter');
  await button('Compare on this scene').waitFor();
  await studio.screenshot('feature-probe-light');
  expect(studio.problems()).toEqual([]);
});
