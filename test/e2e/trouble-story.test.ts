// A story: the reconstruction process cannot start, comes back, dies on the way; the disk is full. Each is said in one calm sentence with
// the way on beside it, and in the end every photo has its place.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { arcCameras } from '../../projects/sample/presets.ts';
import { renderedFolder } from '../support/rendered-project.ts';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

const photoCount = 16;
let root: string;
let studio: StudioDriver;

const begin = (trouble: 'crash' | 'crash-once' | 'full'): Promise<void> =>
  writeFile(join(root, 'trouble', trouble), '');
const end = (trouble: 'crash' | 'full'): Promise<void> => rm(join(root, 'trouble', trouble));
const said = (words: string) => studio.page.locator('[data-notice], .notice').filter({ hasText: words });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'permanence-trouble-'));
  await mkdir(join(root, 'trouble'));
  const { imagesFolder } = await renderedFolder(join(root, 'room'), { cameras: arcCameras(photoCount, 320, 240, 60) });
  studio = await openStudio({
    project: 'Terrace',
    environment: {
      PERMANENCE_TROUBLE: join(root, 'trouble'),
      NODE_OPTIONS: `--import=${pathToFileURL(inRepository('test', 'support', 'troubled-process.ts')).href}`,
    },
  });
  await studio.tell('import.start', { sources: [{ kind: 'path', path: imagesFolder }], copy: false });
}, 180_000);
afterAll(async () => {
  await studio?.close();
  await rm(root, { recursive: true, force: true });
});

/** The same moment in both themes. */
async function picture(name: string): Promise<void> {
  await studio.screenshot(name);
  await studio.searchPalette('light the');
  await studio.press('Enter');
  await expect.poll(() => studio.page.locator('html').getAttribute('data-theme')).toBe('light');
  await studio.screenshot(`${name}-light`);
  await studio.searchPalette('dark the');
  await studio.press('Enter');
  await expect.poll(() => studio.page.locator('html').getAttribute('data-theme')).toBe('dark');
}

test('a process that cannot be started is given up after three tries, with a sentence and a button', async () => {
  await studio.page.locator('aside').getByText(`${photoCount} photos`).waitFor();
  await begin('crash');
  await studio.page.locator('header').getByRole('button', { name: 'Reconstruct' }).click();
  await studio.waitForRun('failed');
  await said('could not be restarted').waitFor();
  // What was hoped for before is not said any more.
  expect(await said('goes on from its last saved state').count()).toBe(0);
  expect(await said('could not be restarted').textContent()).not.toContain('SIGKILL');
  expect(await studio.page.getByTestId('run-pill').textContent()).not.toMatch(/Stopped.*Stopped/);
  await picture('engine-gone');
});

test('trying again goes on, and takes the sentences away', async () => {
  await end('crash');
  await said('could not be restarted').getByRole('button', { name: 'Try again' }).click();
  await studio.waitForFrames(2);
  expect(await said('could not be restarted').count()).toBe(0);
});

test('one that dies on the way is started again by itself, and that is said', async () => {
  await begin('crash-once');
  await said('goes on from its last saved state').waitFor();
  await studio.screenshot('engine-restarted');
});

test('a full disk pauses the run; with room it goes on to the end', async () => {
  await begin('full');
  await studio.waitForRun('paused');
  await said('The disk is full').waitFor();
  await picture('disk-full');
  await end('full');
  await said('The disk is full').getByRole('button', { name: 'Try again' }).click();
  await studio.waitForRun('done');
  expect(await said('The disk is full').count()).toBe(0);
  const { frames } = (await studio.tell('project.snapshot', null))!;
  expect(frames.filter(({ status }) => status === 'placed')).toHaveLength(photoCount);
  expect(studio.problems()).toEqual([]);
});
