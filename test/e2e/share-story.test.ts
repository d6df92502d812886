// A scene that was shared as one page: opened from the disk in a real browser, without a studio and without a network.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { exportProject } from '../../projects/export/export-project.ts';
import { readFile } from 'node:fs/promises';
import { launchChromium } from '../support/chromium.ts';
import { renderedRun, type RenderedRun } from '../support/export-source.ts';

let folder = '';
let browser: Browser;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-share-'));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function share(change: Partial<RenderedRun>): Promise<{ page: Page; problems: string[]; requests: string[] }> {
  const sharedViewer = () => readFile(inRepository('dist', 'share', 'viewer.js'), 'utf8');
  const outPath = join(folder, 'Box <room>.html');
  await exportProject({ format: 'html', outPath, source: { ...renderedRun(3), ...change, sharedViewer } });
  await expect(stat(`${outPath}.bytes`)).rejects.toThrow('ENOENT');
  const page = await browser.newPage({ viewport: { width: 800, height: 500 }, reducedMotion: 'reduce' });
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => /^(data|blob|file):/.test(request.url()) || requests.push(request.url()));
  await page.goto(pathToFileURL(outPath).href);
  return { page, problems, requests };
}

const status = (page: Page): Promise<string | null> => page.getByRole('status').textContent();

/** Share of the canvas that is not ground, as the screen shows it. */
async function drawnShare(page: Page): Promise<number> {
  const picture = (await page.locator('canvas').screenshot()).toString('base64');
  return page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
    let drawn = 0;
    for (let i = 0; i < data.length; i += 4)
      if (Math.abs(data[i] - data[0]) + Math.abs(data[i + 1] - data[1]) + Math.abs(data[i + 2] - data[2]) > 24) drawn++;
    return (4 * drawn) / data.length;
  }, picture);
}

test.each([
  { content: 'splats', change: {} },
  { content: 'points', change: { gaussians: [] } },
])('a page of $content shows the room, and the views of its photos', async ({ content, change }) => {
  const { page, problems, requests } = await share(change);
  const count = renderedRun(3).chunks.reduce((sum, chunk) => sum + chunk.count, 0);
  await expect.poll(() => status(page)).toContain(`${count.toLocaleString('en')} ${content}`);
  expect(await page.title()).toBe('Box <room>');
  await expect.poll(() => drawnShare(page)).toBeGreaterThan(0.1);
  const nav = page.getByRole('navigation');
  expect(await nav.textContent()).toContain('3 photos');
  await page.keyboard.press('ArrowRight');
  expect(await nav.textContent()).toContain('1 of 3');
  // From where the photo was taken the room fills the picture.
  await expect.poll(() => drawnShare(page)).toBeGreaterThan(0.6);
  await page.getByRole('button', { name: 'See all of it again (H)' }).click();
  expect(await nav.textContent()).toContain('3 photos');
  expect({ problems, requests }).toEqual({ problems: [], requests: [] });
  await page.close();
});
