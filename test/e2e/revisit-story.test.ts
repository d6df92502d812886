// A story: every photo is met once more, and one looks at what the run believed at first beside what it believes now.

import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainSettings } from '../support/plain-settings.ts';
import { recurrentStudio, type RecurrentStudio } from '../support/recurrent-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let begun: RecurrentStudio;
let studio: StudioDriver;

beforeAll(async () => {
  begun = await recurrentStudio('Met again');
  studio = begun.studio;
}, 300_000);
afterAll(() => begun?.close());

const choice = (name: string) => studio.page.getByRole('radiogroup', { name: 'Belief shown' }).getByText(name);
const filmstrip = () => studio.page.getByRole('option', { name: /^Photo \d+,/ });
const facts = () => studio.page.getByTestId('belief-facts').innerText();
/** Share of the pixels of the scene that are teal as first points are. */
async function tealShare(): Promise<number> {
  const picture = await studio.page.getByTestId('scene').screenshot();
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let teal = 0;
  for (let i = 0; i < data.length; i += 3)
    if (data[i + 1] > 50 && data[i + 1] > 1.35 * data[i] && data[i + 2] > 1.1 * data[i] && data[i + 1] > data[i + 2])
      teal++;
  return teal / (info.width * info.height);
}

test('a run that meets its photos once offers no choice of beliefs', { timeout: 180_000 }, async () => {
  await studio.tell('run.start', { modelId: begun.modelId, settings: plainSettings });
  await studio.waitForRun();
  expect(await choice('First').count()).toBe(0);
  expect(await studio.page.getByTestId('belief-facts').count()).toBe(0);
});

test('after a second meeting the panel says by how much the photos moved', { timeout: 180_000 }, async () => {
  await studio.tell('run.start', { modelId: begun.modelId, settings: { ...plainSettings, revisit: 'frozen' } });
  await expect
    .poll(async () => (await studio.tell('project.snapshot', null))?.beliefs.length, { timeout: 120_000 })
    .toBe(3);
  await studio.waitForRun();
  await expect.poll(facts).toMatch(/Moved\s+[\d.]+ \w+\s+Turned\s+[\d.]+°\s+Depth\s+[+−][\d.]+ %/);
  await studio.screenshot('revisit-all');
});

test('the depth of a photo stands there twice, side by side, with the figures of that photo', async () => {
  const { page } = studio;
  await filmstrip().nth(1).click();
  await expect.poll(facts).toMatch(/% of depth/);
  const maps = page.getByTestId('belief-maps').locator('canvas');
  expect(await maps.count()).toBe(2);
  const pictures = (): Promise<string[]> =>
    maps.evaluateAll((canvases) => canvases.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
  await expect.poll(async () => new Set(await pictures()).size).toBe(2);
  expect(await maps.first().evaluate((canvas) => (canvas as HTMLCanvasElement).width)).toBeGreaterThan(32);
  await page.getByTestId('belief-facts').scrollIntoViewIfNeeded();
  await studio.screenshot('revisit-photo');
});

test('the scene shows first, revised or both; a key flips between them', async () => {
  const snapshot = await studio.tell('project.snapshot', null);
  const chunkIds = snapshot!.beliefs.map(({ points }) => points.id);
  expect(chunkIds).toHaveLength(3);
  const fetched: string[] = [];
  studio.page.on('response', (response) => fetched.push(response.url()));
  // The poster on the wall is a little teal by itself.
  const itself = await tealShare();
  await choice('Both').click();
  await expect.poll(() => chunkIds.every((id) => fetched.some((url) => url.includes(id)))).toBe(true);
  await expect.poll(tealShare, { timeout: 30_000 }).toBeGreaterThan(3 * itself + 0.01);
  const both = await tealShare();
  await studio.screenshot('revisit-both');
  await choice('First').click();
  await expect.poll(tealShare, { timeout: 30_000 }).toBeLessThan(both / 3);
  await studio.screenshot('revisit-first');
  await studio.press('KeyR');
  expect(await studio.page.getByRole('radio', { name: 'Revised' }).isChecked()).toBe(true);
  await studio.screenshot('revisit-revised');
});

test('an export takes the belief that is shown, and says which it took', async () => {
  const { page } = studio;
  const toExport = (name: string) => page.getByRole('radiogroup', { name: 'Belief to export' }).getByLabel(name);
  await choice('First').click();
  await page.getByRole('button', { name: 'Export', exact: true }).first().click();
  expect(await toExport('First').isChecked()).toBe(true);
  await page.locator('[data-action="export.write"]').click();
  await expect
    .poll(() => page.getByText('this is what they showed the first time').count(), { timeout: 30_000 })
    .toBe(1);
  await studio.screenshot('revisit-export');
  await page.getByText('Splats (PLY)').click();
  expect(await toExport('Revised').isChecked()).toBe(true);
  expect(
    await page.getByText('Splats and measures are of the revised one. The scene shows the first one.').count(),
  ).toBe(1);
  await page.getByRole('button', { name: 'Photos', exact: true }).click();
});

test('the light theme shows it as calmly', async () => {
  await studio.tell('settings.set', { theme: 'light' });
  await studio.reload();
  await filmstrip().nth(1).click();
  await expect.poll(facts).toMatch(/% of depth/);
  await choice('Both').click();
  await expect.poll(tealShare, { timeout: 30_000 }).toBeGreaterThan(0.05);
  await studio.screenshot('revisit-light');
  expect(studio.problems()).toEqual([]);
});
