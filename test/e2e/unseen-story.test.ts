// A story: the state of a recurrent run is asked what a view that nobody took would show; the answer comes and goes beside the photos' points.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainSettings } from '../support/plain-settings.ts';
import { recurrentStudio, type RecurrentStudio } from '../support/recurrent-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let begun: RecurrentStudio;
let studio: StudioDriver;

beforeAll(async () => {
  begun = await recurrentStudio('Unseen');
  studio = begun.studio;
}, 300_000);
afterAll(() => begun?.close());

const layer = () => studio.page.getByRole('group', { name: 'Layers' }).getByRole('button', { name: 'Inferred' });

test('a checkpoint of our own runs over photos', { timeout: 180_000 }, async () => {
  await studio.tell('run.start', { modelId: begun.modelId, settings: plainSettings });
  await studio.waitForRun();
});

test('for a method with a state the menu also offers how that state changes and revisiting, for the next run', async () => {
  const { page } = studio;
  await page.locator('button.method').click();
  expect(await page.getByRole('group', { name: 'How its state changes' }).count()).toBe(0);
  await page.getByRole('menuitem', { name: /^Permanence 64/ }).click();
  await page.locator('button.method').click();
  await page.getByRole('menuitemradio', { name: /FILT3R/ }).click();
  expect(await page.getByRole('menuitemradio', { name: /FILT3R/ }).getAttribute('aria-checked')).toBe('true');
  expect(await page.getByRole('menuitemradio', { name: /^Once through/ }).getAttribute('aria-checked')).toBe('true');
  await page.getByRole('menuitemradio', { name: /^Revisit Each/ }).click();
  expect(await page.getByRole('menuitemradio', { name: /^Once through/ }).getAttribute('aria-checked')).toBe('false');
  await studio.screenshot('unseen-rules');
  await studio.press('Escape');
});

test('the view on the screen is asked for, its points can be hidden, and are forgotten on wish', async () => {
  expect(await layer().count()).toBe(0);
  await studio.orbit(160, 40);
  const before = (await studio.tell('project.snapshot', null))?.states;
  await studio.searchPalette('view would show');
  await studio.press('Enter');
  await expect.poll(() => layer().getAttribute('aria-pressed'), { timeout: 30_000 }).toBe('true');
  await studio.screenshot('unseen-asked');
  // Asking never changes the state.
  expect((await studio.tell('project.snapshot', null))?.states).toEqual(before);
  await layer().click();
  expect(await layer().getAttribute('aria-pressed')).toBe('false');
  await studio.screenshot('unseen-hidden');
  await studio.searchPalette('forget the inferred');
  await studio.press('Enter');
  await expect.poll(() => layer().count()).toBe(0);
  expect(studio.problems()).toEqual([]);
});
