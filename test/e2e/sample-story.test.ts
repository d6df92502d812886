// A story: the very first start shows the sample growing, with a line that says what happens.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

let studio: StudioDriver;
beforeAll(async () => void (studio = await openStudio({ widthPx: 1920, heightPx: 1080 })), 120_000);
afterAll(() => studio?.close());

const points = async (): Promise<number> => {
  const readout = studio.page.getByTestId('readout');
  return (await readout.count()) === 0 ? 0 : Number(await readout.getAttribute('data-loaded'));
};

test('a first start opens the sample and says what happens', async () => {
  await studio.page.getByTestId('sample-line').waitFor({ timeout: 40_000 });
  expect(await studio.page.getByTestId('sample-line').textContent()).toContain('one at a time');
  expect(await studio.page.getByTestId('project-name').textContent()).toContain('Sample');
});

test('its scene grows before the eyes of the newcomer', async () => {
  await studio.waitForFrames(2, 90_000);
  await expect.poll(points).toBeGreaterThan(0);
  const first = await points();
  await studio.waitForFrames(4, 60_000);
  await expect.poll(points).toBeGreaterThan(first);
  await studio.screenshot('sample-growing');
});

test('the line can be put aside', async () => {
  const line = studio.page.getByTestId('sample-line');
  await line.getByRole('button', { name: 'Put aside' }).click();
  await expect.poll(() => line.count()).toBe(0);
});

test('nothing went wrong in the page meanwhile', () => {
  expect(studio.problems()).toEqual([]);
});
