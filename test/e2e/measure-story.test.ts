// A story: a distance is measured, a known length gives the scale, questions are asked of the room, and all of it is undone.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRoomStudio, type RoomStudio } from '../support/room-studio.ts';
import { spaceCameras, spaceRoom } from '../support/space-room.ts';
import type { StudioDriver } from '../support/studio-driver.ts';

let room: RoomStudio;
let studio: StudioDriver;

beforeAll(async () => {
  room = await openRoomStudio(spaceCameras(8, 160, 120), true, spaceRoom());
  ({ studio } = room);
}, 120_000);

afterAll(() => room?.close());

const press = (name: string): Promise<void> => studio.page.getByRole('button', { name, exact: true }).click();
const valueOf = (name: string): Promise<string | null> =>
  studio.page.getByRole('button', { name: `Show ${name}`, exact: true }).textContent();
const rows = (): Promise<number> => studio.page.getByRole('button', { name: /^Show / }).count();

/** Two places in the picture, as shares of the viewport. */
const ends = [
  [0.42, 0.55],
  [0.62, 0.6],
] as const;
async function clickEnds(): Promise<void> {
  const box = (await studio.page.getByTestId('scene').boundingBox())!;
  for (const [x, y] of ends)
    await studio.page.getByTestId('scene').click({ position: { x: x * box.width, y: y * box.height } });
}

test('M opens the mode; a distance is measured in units of the scene', async () => {
  await studio.page.getByTestId('readout').waitFor();
  await studio.press('m');
  await press('Distance');
  await clickEnds();
  await expect.poll(rows).toBe(1);
  expect(await valueOf('distance 1')).toMatch(/^[\d.]+ units ± [\d.]+$/);
  await studio.screenshot('measure-distance');
});

test('a known length between the same places sets the scale, and the measure follows it', async () => {
  await press('By a known length…');
  await clickEnds();
  await studio.page.getByLabel('Length between the two places').fill('2 m');
  await studio.press('Enter');
  await studio.page.getByTestId('scale').waitFor();
  expect(await studio.page.getByTestId('scale').textContent()).toContain('from a length of 2 m');
  await expect.poll(() => valueOf('distance 1')).toMatch(/^2(\.0+)? m ± /);
});

const answer = (): Promise<string | null> => studio.page.getByTestId('space-answer').textContent();
async function ask(question: string): Promise<void> {
  await studio.page.getByTestId('space-question').fill(question);
  await studio.press('Enter');
}

test('questions are answered with error and formula, and drawn', async () => {
  await ask('how many red boxes are there?');
  await expect.poll(answer).toBe('There are 2 “red boxes”.');
  await ask('how far is the blue box from the green box?');
  await expect.poll(answer).toMatch(/^The “blue box” is [\d.]+ (m|cm) ± [\d.]+ from the “green box”\.$/);
  await studio.page.getByText('min |p − q|').waitFor();
  expect(await studio.page.getByTestId('measure-marks').locator('.answer').count()).toBeGreaterThan(0);
  await studio.page.waitForTimeout(600);
  await studio.screenshot('measure-answer');
  const before = await answer();
  const { edits } = (await studio.tell('project.snapshot', null))!;
  const set = edits.map(({ edit }) => edit).findLast((edit) => edit.kind === 'scale-set');
  if (!set) throw new Error('the scale was set above');
  await studio.tell('edits.append', { ...set, metresPerUnit: 2 * set.metresPerUnit });
  await expect.poll(answer).not.toBe(before);
  await expect.poll(() => valueOf('distance 1')).toMatch(/^4(\.0+)? m ± /);
  await studio.tell('edits.undo', null);
  await expect.poll(answer).toBe(before);
  await ask('standing at the green box facing the blue box, where is the yellow box?');
  await expect.poll(answer).toContain('front-right of you');
});

test('asked in Ask, such a question is answered there, and words find things again after it', async () => {
  await press('Ask');
  const question = studio.page.getByTestId('question');
  await question.fill('how many red boxes');
  await studio.press('Enter');
  await expect.poll(answer).toBe('There are 2 “red boxes”.');
  expect(await studio.page.getByTestId('measure-marks').locator('.answer').count()).toBeGreaterThan(0);
  await studio.screenshot('ask-space');
  await question.fill('large red');
  await studio.press('Enter');
  // The scale that was set above makes metres of the word.
  await studio.page.getByText('“large” means a longest side of 1 m or more.').waitFor();
  expect(await studio.page.getByTestId('space-answer').count()).toBe(0);
  await press('Measure');
});

test('what cannot be answered says so, where it was asked', async () => {
  await ask('how far is the zebra from the blue box?');
  await expect.poll(() => studio.page.getByRole('alert').textContent()).toContain('zebra');
});

test('the form puts a question together', async () => {
  await press('Use a form');
  await studio.page.getByLabel('Kind of question').selectOption('How large');
  await studio.page.getByLabel('thing', { exact: true }).fill('blue box');
  await press('Answer');
  await expect.poll(answer).toContain('The longest side of the “blue box” is');
  await studio.tell('settings.set', { theme: 'light' });
  await studio.reload();
  await studio.page.getByTestId('readout').waitFor();
  await studio.press('m');
  await press('Area');
  const box = (await studio.page.getByTestId('scene').boundingBox())!;
  for (const [x, y] of [...ends, [0.5, 0.7] as const])
    await studio.page.getByTestId('scene').click({ position: { x: x * box.width, y: y * box.height } });
  await studio.press('Enter');
  await expect.poll(rows).toBe(2);
  expect(await valueOf('area 1')).toMatch(/m² ± /);
  await studio.screenshot('measure-light');
  await studio.press('Escape');
});

test('a measure is renamed and deleted, and undo brings all back, step by step', async () => {
  await studio.page.getByLabel('Name of area 1').fill('floor');
  await studio.press('Enter');
  await expect.poll(() => studio.page.getByLabel('Name of floor').count()).toBe(1);
  await press('Delete floor');
  await expect.poll(rows).toBe(1);
  await press('Undo');
  await expect.poll(rows).toBe(2);
  await press('Undo');
  await expect.poll(() => studio.page.getByLabel('Name of area 1').count()).toBe(1);
  await press('Undo');
  await expect.poll(rows).toBe(1);
  await press('Undo');
  await expect.poll(() => valueOf('distance 1')).toContain('units');
  await press('Undo');
  await expect.poll(rows).toBe(0);
  expect(studio.problems()).toEqual([]);
});
