// A story: a finished room is asked in words, the answer is looked at in every way, and a camera path is kept and filmed.

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(arcCameras(4, 240, 180, 60), false);
  ({ studio } = room);
}, 120_000);

afterAll(() => room?.close());

const question = (): ReturnType<StudioDriver['page']['getByTestId']> => studio.page.getByTestId('question');
const instances = (): ReturnType<StudioDriver['page']['locator']> => studio.page.locator('aside li b');
const ask = async (text: string): Promise<void> => {
  await question().fill(text);
  await studio.press('Enter');
};

test('splats are made where there are none yet', async () => {
  await studio.page.getByRole('button', { name: 'Ask', exact: true }).click();
  await studio.page.getByRole('button', { name: 'Make splats' }).click();
  await studio.page.getByRole('button', { name: 'Splats', exact: true }).waitFor({ timeout: 60_000 });
});

test('“blue” finds the blue box, with its size and the photos that saw it', async () => {
  await ask('blue');
  await expect.poll(() => instances().count()).toBeGreaterThan(0);
  await expect.poll(() => instances().first().textContent()).toBe('blue 1');
  await expect
    .poll(() => studio.page.getByRole('button', { name: /^Look from .* which sees/ }).count())
    .toBeGreaterThan(1);
  await studio.page.waitForTimeout(4000);
  await studio.screenshot('ask-heat');
});

test.each(['Mask', 'Instances', 'Labels'])('the answer is shown as %s', async (view) => {
  await studio.page.getByText(view, { exact: true }).first().click();
  await studio.page.waitForTimeout(1500);
  await studio.screenshot(`ask-${view.toLowerCase()}`);
});

test('a word nobody taught is answered honestly, where it was asked', async () => {
  await ask('zebra');
  await expect.poll(() => studio.page.getByRole('alert').textContent()).toContain('zebra');
});

test('two kept cameras make a path that plays, and a film of it', async () => {
  await studio.page.getByRole('button', { name: 'Path', exact: true }).click();
  const keep = studio.page.getByRole('button', { name: 'Keep this camera' });
  await keep.click();
  await studio.page.getByText('Camera 1').waitFor();
  await studio.orbit(160, 40);
  await keep.click();
  await studio.page.getByText('Camera 2').waitFor();
  const leg = studio.page.getByLabel('Seconds to Camera 2');
  await leg.fill('0.2');
  await leg.blur();
  await studio.page.getByText('WebM').click();
  await studio.page.getByLabel('Usual sizes').selectOption('640x360');
  const download = studio.page.waitForEvent('download', { timeout: 90_000 });
  await studio.page.getByRole('button', { name: 'Write film' }).click();
  const film = await readFile(await (await download).path());
  // EBML, the container of WebM.
  expect([...film.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
  expect(film.length).toBeGreaterThan(2000);
  await studio.screenshot('path');
});

test('a film that is cancelled leaves nothing behind and can be begun again', async () => {
  const leg = studio.page.getByLabel('Seconds to Camera 2');
  await leg.fill('20');
  await leg.blur();
  await studio.page.getByRole('button', { name: 'Write film' }).click();
  await studio.page.getByRole('progressbar', { name: 'Writing the film' }).waitFor();
  // The film goes on while another mode is open, and can be cancelled after coming back.
  await studio.page.getByRole('button', { name: 'Photos', exact: true }).click();
  await studio.page.getByRole('button', { name: 'Path', exact: true }).click();
  await studio.page.getByRole('button', { name: 'Cancel' }).click();
  await studio.page.getByRole('button', { name: 'Write film' }).waitFor({ timeout: 60_000 });
  expect(await studio.page.getByRole('alert').count()).toBe(0);
});

test('the same film as GIF, read back by sharp', async () => {
  const leg = studio.page.getByLabel('Seconds to Camera 2');
  await leg.fill('0.2');
  await leg.blur();
  await studio.page.getByText('GIF', { exact: true }).click();
  const download = studio.page.waitForEvent('download', { timeout: 90_000 });
  await studio.page.getByRole('button', { name: 'Write film' }).click();
  const film = sharp(await (await download).path(), { animated: true });
  const { format, width, pages, pageHeight, delay } = await film.metadata();
  expect({ format, width, pages, pageHeight, delay }).toEqual({
    format: 'gif',
    width: 640,
    pages: 4,
    pageHeight: 360,
    delay: [50, 50, 50, 50],
  });
  // The room is in it: a blank picture has no spread.
  const { channels } = await film.stats();
  expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(10);
});

test.each(['Depth', 'Labels'])('the view is saved as a map: %s', async (kind) => {
  await studio.page.getByLabel('Width in pixels').fill('320');
  await studio.page.getByLabel('Height in pixels').fill('240');
  await studio.page.getByLabel('Height in pixels').blur();
  await studio.page.getByRole('radiogroup', { name: 'Kind of picture' }).getByText(kind).click();
  await studio.page.getByRole('button', { name: 'Save picture' }).click();
  const said = studio.page.getByText(`-${kind.toLowerCase()}.png`);
  await said.waitFor({ timeout: 60_000 });
  const picture = await sharp((await said.textContent())!.replace('Written to ', '').trim()).metadata();
  expect(picture).toMatchObject({ width: 320, height: 240, depth: kind === 'Depth' ? 'ushort' : 'uchar' });
});

test('nothing went wrong in the page meanwhile', () => {
  expect(studio.problems()).toEqual([]);
});
