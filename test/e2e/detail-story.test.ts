// A story: only a sample of the splats is drawn, and everything said and done about them is still right, splat by splat.

import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(3, 260, 195, 60), true);
  ({ studio } = room);
}, 120_000);

afterAll(() => room?.close());

const press = (name: string): Promise<void> => studio.page.getByRole('button', { name, exact: true }).click();
const reading = async (name: string): Promise<number> =>
  Number(await studio.page.getByTestId('readout').getAttribute(name));
const selected = async (): Promise<number> => {
  const [said = '0'] = await studio.page.getByTestId('selected').locator('b').allTextContents();
  return Number(said.replace(/\D/g, ''));
};

/** Middle colour of a small square of the page, red green blue. */
async function colourAt(x: number, y: number): Promise<[number, number, number]> {
  const shot = await studio.page.screenshot({ clip: { x: x - 8, y: y - 8, width: 16, height: 16 } });
  const { channels } = await sharp(shot).removeAlpha().stats();
  return channels.slice(0, 3).map(({ mean }) => mean) as [number, number, number];
}
const colourfulness = async (x: number, y: number): Promise<number> => {
  const colour = await colourAt(x, y);
  return Math.max(...colour) - Math.min(...colour);
};

/** On the blue box above its label, and on the floor before it. */
const box = [600, 430] as const;
const floor = [430, 560] as const;

async function paintBox(): Promise<void> {
  await studio.page.mouse.move(565, 470);
  await studio.page.mouse.down();
  await studio.page.mouse.move(610, 480, { steps: 5 });
  await studio.page.mouse.up();
}

let strokeOverAll = 0;

test('with every splat drawn, a stroke over the blue box selects this many', async () => {
  await press('Ask');
  await expect.poll(() => reading('data-splats-loaded')).toBeGreaterThan(60_000);
  const { gaussians } = (await studio.tell('project.snapshot', null))!;
  const total = gaussians.reduce((sum, { count }) => sum + count, 0);
  await expect.poll(() => reading('data-splats-loaded'), { timeout: 60_000 }).toBe(total);
  await press('Select with a brush');
  await studio.page.getByText('Paint to select').waitFor();
  await paintBox();
  await expect.poll(selected).toBeGreaterThan(100);
  strokeOverAll = await selected();
  await studio.press('Control+z');
  await expect.poll(selected).toBe(0);
});

test('with a sample drawn, heat lies on the same things', async () => {
  await press('Scene');
  await studio.page.getByRole('slider', { name: 'Drawn at most' }).fill('50000');
  await expect.poll(() => reading('data-splats')).toBeLessThanOrEqual(50_000);
  expect(await reading('data-splats-loaded')).toBeGreaterThan(60_000);
  await press('Ask');
  await studio.page.getByTestId('question').fill('blue and not wall');
  await studio.press('Enter');
  // Heat is colourful, what does not answer is grey.
  await expect.poll(() => colourfulness(...box)).toBeGreaterThan(40);
  await expect.poll(() => colourfulness(...floor)).toBeLessThan(20);
  await studio.screenshot('detail-heat');
});

test('the same stroke selects the same splats, drawn or not', async () => {
  await press('Select with a brush');
  await studio.page.getByText('Paint to select').waitFor();
  await paintBox();
  await expect.poll(selected).toBeGreaterThan(0);
  // What a stroke sees is told by the points, of which a sample is drawn too: edges of the box hide a few splats more or less.
  expect(Math.abs((await selected()) / strokeOverAll - 1)).toBeLessThan(0.03);
});

test('what is deleted is gone from the sample too, and comes back', async () => {
  await studio.press('Control+z');
  await expect.poll(selected).toBe(0);
  await studio.page.getByRole('button', { name: 'Done', exact: true }).click();
  await press('Select');
  await expect.poll(selected).toBeGreaterThan(strokeOverAll);
  await press('Delete');
  await expect.poll(() => colourfulness(...box)).toBeLessThan(20);
  await studio.screenshot('detail-deleted');
  await studio.press('Control+z');
  await expect.poll(() => colourfulness(...box)).toBeGreaterThan(40);
});

test('nothing went wrong in the page', () => {
  expect(studio.problems()).toEqual([]);
});
