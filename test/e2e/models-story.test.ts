// A story: somebody brings checkpoints to the models page, sees what each is and takes, chooses a precision, and runs them over photos.

import { copyFile, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelFixture } from '../support/golden-windows.ts';
import { studioWithPhotos, type StudioWithPhotos } from '../support/recurrent-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

declare global {
  interface Window {
    stages?: string[];
  }
}

let folder = '';
let begun: StudioWithPhotos;
let studio: StudioDriver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-models-'));
  begun = await studioWithPhotos('A corner');
  studio = begun.studio;
}, 300_000);
afterAll(async () => {
  await begun?.close();
  await rm(folder, { recursive: true, force: true });
});

const dialog = () => studio.page.getByRole('dialog');
const choice = (precision: string) => dialog().locator('label', { hasText: precision });
const installed = async (): Promise<string[]> => (await studio.tell('models.list', null)).map(({ id }) => id);
const sent = (): Promise<string[]> => readdir(join(studio.dataFolder, 'uploads')).catch(() => []);
const waiting = { timeout: 60_000 };

/** Drops a checkpoint onto the page and waits for what is said of it. */
async function bring(path: string): Promise<void> {
  await studio.dropPhotos([path]);
  await dialog().waitFor(waiting);
}

/** Keeps what the page says of its progress: a small checkpoint is done in a moment. */
function hearStages(): Promise<void> {
  return studio.page.evaluate(() => {
    const stages: string[] = (window.stages = []);
    const hear = (): number =>
      stages.push(...[...document.querySelectorAll('[role=status]')].map(({ textContent }) => textContent));
    new MutationObserver(hear).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

async function reconstruct(action: string, modelId: string): Promise<void> {
  await studio.page.getByRole('button', { name: 'Back' }).click();
  await studio.searchPalette(action);
  await studio.press('Enter');
  const newest = async () => (await studio.tell('project.snapshot', null))!.runs.at(-1);
  await expect.poll(newest, waiting).toMatchObject({ modelId, status: 'done' });
}

test('a file that is no whole checkpoint is refused on the page, and nothing of it is kept', async () => {
  await studio.searchPalette('Methods and models');
  await studio.press('Enter');
  const cut = join(folder, 'cut.safetensors');
  await copyFile(modelFixture('da3-tiny/da3.safetensors'), cut);
  await truncate(cut, 200_000);
  await studio.dropPhotos([cut]);
  await expect.poll(() => studio.page.getByRole('alert').innerText(), waiting).toMatch(/cut\.safetensors/);
  await expect.poll(sent).toEqual([]);
});

test('a checkpoint says what it is and what it takes in each precision before anything is written', async () => {
  await bring(modelFixture('cut3r-tiny-linear.safetensors'));
  expect(await dialog().innerText()).toMatch(/Add CUT3R 64 linear\s+reconstructs photo by photo · 2\.0 M parameters/);
  for (const precision of ['float32', 'float16', 'int8'])
    expect(await choice(precision).innerText()).toMatch(/\d (MB|kB) on disk · \d+ MB of memory/);
  expect(await choice('int8').innerText()).toContain('off by about 1 %');
  expect(await dialog().innerText()).toMatch(/NonCommercial-ShareAlike 4\.0.*github\.com\/CUT3R/s);
  await studio.screenshot('models-checkpoint');
  await dialog().getByRole('button', { name: 'Do not add' }).click();
  await expect.poll(sent).toEqual([]);
  expect(await installed()).toEqual(['geometry']);
});

test('in eight bits it is compiled, checked, chosen and run over the photos', { timeout: 240_000 }, async () => {
  const { page } = studio;
  await bring(modelFixture('cut3r-tiny-linear.safetensors'));
  // As with the keyboard: two further than float32.
  await choice('float32').getByRole('radio').focus();
  await studio.press('ArrowDown');
  await studio.press('ArrowDown');
  await hearStages();
  await dialog().getByRole('button', { name: 'Accept licence and add' }).click();
  const said = page.getByText(/Self-check passed: \d+ outputs? looked at in/);
  await said.waitFor(waiting);
  expect(await page.evaluate(() => window.stages)).toContain('Reading the checkpoint');
  expect(await installed()).toContain('cut3r-64-linear-i8');
  await expect.poll(sent).toEqual([]);
  await page.getByRole('button', { name: 'Use it for the next run' }).click();
  await studio.screenshot('models-added');
  await reconstruct('Reconstruct', 'cut3r-64-linear-i8');
  const { frames } = (await studio.tell('project.snapshot', null))!;
  expect(frames.filter(({ status }) => status === 'placed')).toHaveLength(3);
  await studio.screenshot('models-recurrent-run');
});

test('what is there already is not offered again', async () => {
  await studio.searchPalette('Methods and models');
  await studio.press('Enter');
  await bring(modelFixture('cut3r-tiny-linear.safetensors'));
  expect(await choice('int8').innerText()).toContain('Installed already');
  expect(await choice('int8').getByRole('radio').isDisabled()).toBe(true);
  expect(await choice('float32').getByRole('radio').isChecked()).toBe(true);
  await studio.press('Escape');
  await expect.poll(() => dialog().count()).toBe(0);
});

test('a network of several views has two precisions, and runs beside the first', { timeout: 240_000 }, async () => {
  const { page } = studio;
  await bring(modelFixture('vggt-tiny/vggt.safetensors'));
  expect(await dialog().innerText()).toMatch(/Add VGGT 70\s+reconstructs from several photos at once/);
  expect(await dialog().getByRole('radio').count()).toBe(2);
  await choice('float16').click();
  await studio.screenshot('models-views');
  await dialog().getByRole('button', { name: 'Accept licence and add' }).click();
  await page.getByText('VGGT 70, half precision is ready.').waitFor(waiting);
  await page.getByRole('button', { name: 'Use it for the next run' }).click();
  await reconstruct('Reconstruct from the start', 'vggt-70-f16');
  const { runs, frames } = (await studio.tell('project.snapshot', null))!;
  expect(runs.map(({ modelId }) => modelId)).toEqual(['cut3r-64-linear-i8', 'vggt-70-f16']);
  expect(frames.filter(({ status }) => status === 'placed')).toHaveLength(3);
  await studio.screenshot('models-views-run');
});

test('the light theme shows it as calmly', async () => {
  await studio.tell('settings.set', { theme: 'light' });
  await studio.reload();
  await studio.searchPalette('Methods and models');
  await studio.press('Enter');
  await bring(modelFixture('cut3r-tiny-linear.safetensors'));
  await studio.screenshot('models-light');
  expect(studio.problems()).toEqual([]);
});
