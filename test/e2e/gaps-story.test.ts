// A story: geometry leaves gaps where walls are bare; a pack is chosen to fill them, and the run says so.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { recurrentStudio, type RecurrentStudio } from '../support/recurrent-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let begun: RecurrentStudio;
let studio: StudioDriver;

beforeAll(async () => {
  begun = await recurrentStudio('Bare walls');
  studio = begun.studio;
  // The page hears of packs when it looks.
  await studio.reload();
}, 300_000);
afterAll(() => begun?.close());

const methodMenu = () => studio.page.locator('button.method');
const fillers = () => studio.page.getByRole('group', { name: 'What fills gaps' });

test('the menu of methods offers to fill the gaps of the geometry, and leaves them open by itself', async () => {
  await methodMenu().click();
  const items = fillers().getByRole('menuitemradio');
  expect(await items.count()).toBe(2);
  expect(await items.first().getAttribute('aria-checked')).toBe('true');
  await fillers().getByText('Gaps by Permanence 64').click();
  await expect.poll(() => items.nth(1).getAttribute('aria-checked')).toBe('true');
  await studio.screenshot('gaps-menu');
});

test('a run that was started so asks the pack, and tells of both', { timeout: 180_000 }, async () => {
  await studio.press('Escape');
  await studio.page.getByRole('button', { name: 'Reconstruct', exact: true }).first().click();
  await studio.waitForRun();
  const snapshot = await studio.tell('project.snapshot', null);
  expect(snapshot?.runs.at(-1)).toMatchObject({ modelId: 'geometry', settings: { depthModelId: begun.modelId } });
  expect(snapshot?.frames.filter(({ status }) => status === 'placed')).toHaveLength(3);
  await studio.screenshot('gaps-done');
  expect(studio.problems()).toEqual([]);
});
