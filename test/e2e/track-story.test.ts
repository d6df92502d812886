// A story: a click on a photo follows that point through the filmstrip and into the scene, from one photo and then from another.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { renderedFolder } from '../support/rendered-project.ts';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

let folder: string;
let studio: StudioDriver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-track-'));
  const { photoPaths } = await renderedFolder(folder, { cameras: arcCameras(4, 320, 240, 24) });
  studio = await openStudio({ project: 'Followed' });
  await studio.dropPhotos(photoPaths);
  await studio.waitForFrames(4, 120_000);
}, 300_000);
afterAll(async () => {
  await studio?.close();
  await rm(folder, { recursive: true });
});

const filmstrip = (): Locator =>
  studio.page.getByRole('listbox', { name: 'Photos in input order' }).getByRole('option');
const fact = (): Locator => studio.page.getByTestId('track-fact');

test('a click marks the point in every photo that sees it, and in the scene', async () => {
  const status = async (): Promise<unknown> => (await studio.tell('project.snapshot', null))?.runs.at(-1)?.status;
  // Points become final while the run settles.
  await expect.poll(status, { timeout: 90_000 }).toBe('done');
  await filmstrip().nth(1).click();
  await studio.page.getByTestId('track-photo').click();
  await expect.poll(() => fact().textContent()).toMatch(/^A still point, seen in [234] photos$/);
  const seen = Number(/\d/.exec((await fact().textContent()) ?? '')?.[0]);
  expect(await filmstrip().locator('[data-track=visible]').count()).toBe(seen);
  await expect.poll(() => studio.page.getByTestId('track-marks').locator('circle').count()).toBe(1);
  await studio.screenshot('track-followed');
});

test('it can be followed from another photo too, and forgotten', async () => {
  await filmstrip().nth(2).click();
  await studio.page.getByTestId('track-photo').click({ position: { x: 90, y: 130 } });
  await expect.poll(() => fact().textContent()).toMatch(/point, seen in \d photos?$/);
  await studio.page.getByRole('button', { name: 'Forget the point' }).click();
  await expect.poll(() => filmstrip().locator('[data-track]').count()).toBe(0);
  expect(await studio.page.getByTestId('track-marks').count()).toBe(0);
});
