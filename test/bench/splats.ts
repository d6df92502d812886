// A scene of 2.4 million splats in real Chromium (software WebGL: the graphics card is the processor): how long a frame takes while the
// eye moves, with level of detail, against a frame that draws every splat; and how far the two pictures differ.

import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { launchChromium } from '../support/chromium.ts';
import type { FakeOptions } from '../support/fake/studio.ts';
import { serveFake } from '../support/fake/server.ts';
import type { BenchRow } from './row.ts';

/** 520 × 385 = 200,200 splats a photo. */
const scene: Partial<FakeOptions> = { photos: 12, met: 12, gridWidthPx: 520, gridHeightPx: 385, splats: true };
const total = 12 * 520 * 385;
const indicesOfBatch = 1536;

interface Draw {
  ms: number;
  splats: number;
}

declare global {
  interface Window {
    /** Draws of splats, collected by the script that is put before the page. */
    splatDraws?: Draw[];
  }
}

export async function run(): Promise<BenchRow[]> {
  const server = await serveFake(scene);
  await server.prepare(Array.from({ length: 12 }, (_, i) => `splats${i}-12-520-385`));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 640 }, reducedMotion: 'reduce' });
    // In software a picture of every splat takes half a minute.
    page.setDefaultTimeout(600_000);
    await page.addInitScript(countDraws, indicesOfBatch);
    await page.goto(server.url);
    const startMs = performance.now();
    await page.getByRole('button', { name: 'Splats', exact: true }).click();
    await drawn(page, (loaded, shown) => loaded === total && shown === total);
    const loadMs = performance.now() - startMs;
    await quiet(page);
    const whole = await picture(page);
    const fullMs = await framesWhile(page, () => page.keyboard.press('g'), 3);
    await page.getByRole('button', { name: 'Scene', exact: true }).click();
    await page.getByRole('slider', { name: 'Drawn at most' }).fill('200000');
    await drawn(page, (_, shown) => shown <= 200_000);
    await quiet(page);
    const psnr = psnrOf(whole, await picture(page));
    const movingMs = await framesWhile(page, turn(page), 8);
    return [
      {
        name: '2.4 M splats: a moving frame against one with every splat',
        value: fullMs.median / movingMs.median,
        target: '≥ 5',
        unit: '×',
        ok: fullMs.median >= 5 * movingMs.median,
        note: `${Math.round(fullMs.median)} ms with ${shown(fullMs)}, ${Math.round(movingMs.median)} ms with ${shown(movingMs)}; software WebGL`,
      },
      {
        name: '2.4 M splats: picture of a sample of 200,000 against all',
        value: psnr,
        target: '≥ 27',
        unit: 'dB',
        ok: psnr >= 27,
        note: 'PSNR over the viewport at rest',
      },
      {
        name: '2.4 M splats: from the switch to all loaded',
        value: loadMs / 1000,
        target: null,
        unit: 's',
        ok: true,
        note: 'level of detail needs no tree: nothing is built, rows stay rows',
      },
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}

/** In the page: notes every draw of splats, which the batches of `splat-batches.ts` tell by their number of indices. */
function countDraws(indices: number): void {
  const draws: Draw[] = (window.splatDraws = []);
  const { drawElementsInstanced } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.drawElementsInstanced = function (mode, count, type, offset, instances) {
    if (count === indices) draws.push({ ms: performance.now(), splats: instances * 256 });
    drawElementsInstanced.call(this, mode, count, type, offset, instances);
  };
}

async function drawn(page: Page, isThere: (loaded: number, shown: number) => boolean): Promise<void> {
  const readout = page.getByTestId('readout');
  const at = async (name: string): Promise<number> => Number(await readout.getAttribute(name, { timeout: 300_000 }));
  while (!isThere(await at('data-splats-loaded'), await at('data-splats'))) await page.waitForTimeout(200);
}

/** Waits until nothing more is drawn. A frame of every splat takes many seconds in software. */
async function quiet(page: Page): Promise<void> {
  for (let before = -1, still = 0; still < 6;) {
    const now = await page.evaluate(() => window.splatDraws?.at(-1)?.ms ?? 0);
    // A picture waits for the drawing before it, so the next look comes after the present frame.
    await page.screenshot({ clip: { x: 0, y: 0, width: 8, height: 8 } });
    await page.waitForTimeout(500);
    still = now === before ? still + 1 : 0;
    before = now;
  }
}

interface Frames {
  /** Milliseconds between two draws: a new one is not begun before the GPU is through with the last. */
  median: number;
  splats: number;
}

/** Draws while something is done again and again; the first ones, in which the number of splats settles, do not count. */
async function framesWhile(page: Page, again: () => Promise<unknown>, frames: number): Promise<Frames> {
  let draws: Draw[] = [];
  await page.evaluate(() => void window.splatDraws?.splice(0));
  const settled = (): Draw[] => draws.filter(({ splats }) => Math.abs(splats / (draws.at(-1)?.splats ?? 1) - 1) < 0.25);
  while (settled().length < frames + 1 || draws.length < 3 * frames) {
    await again();
    await page.waitForTimeout(30);
    draws = await page.evaluate(() => window.splatDraws ?? []);
  }
  const last = settled().slice(-frames - 1);
  const gaps = last.slice(1).map(({ ms }, i) => ms - last[i].ms);
  return { median: gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)], splats: last.at(-1)?.splats ?? 0 };
}

/** Turns the view to and fro by the arrow of the pointer. */
function turn(page: Page): () => Promise<void> {
  let step = -1;
  return async () => {
    const box = await page.getByTestId('scene').boundingBox();
    if (!box) throw new Error('There is no viewport.');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (++step === 0) {
      await page.mouse.move(x, y);
      await page.mouse.down();
    }
    await page.mouse.move(x + 150 * Math.sin(step / 5), y + 30 * Math.sin(step / 9));
  };
}

const shown = ({ splats }: Frames): string => `${(splats / 1000).toFixed(0)} k drawn`;

async function picture(page: Page): Promise<Buffer> {
  const box = await page.getByTestId('scene').boundingBox();
  if (!box) throw new Error('There is no viewport.');
  // Without the readings at the edges, which differ.
  const clip = { x: box.x + 20, y: box.y + 60, width: box.width - 40, height: box.height - 130 };
  return sharp(await page.screenshot({ clip }))
    .removeAlpha()
    .raw()
    .toBuffer();
}

function psnrOf(a: Buffer, b: Buffer): number {
  const sum = a.reduce((all, value, i) => all + (value - b[i]) ** 2, 0);
  return 10 * Math.log10((255 * 255 * a.length) / sum);
}
