// A video on a machine without ffmpeg: the page takes its frames, by the same choice as the host.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRepository } from '../../build/sources.ts';
import { frameFileName } from '../../projects/format/video/file-names.ts';
import { openStudio, type StudioDriver } from '../support/studio-driver.ts';

let studio: StudioDriver;
const notices = (): Promise<string> => studio.page.getByRole('complementary').innerText();
const names = async (): Promise<string[]> =>
  (await studio.tell('project.snapshot', null))!.photos.map(({ name }) => name).toSorted();

beforeAll(async () => {
  studio = await openStudio({ project: 'Film', environment: { PERMANENCE_FFMPEG: '/nowhere/ffmpeg' } });
});
afterAll(() => studio.close());

test('a dropped video becomes photos, with their times in their names', async () => {
  await studio.dropPhotos([inRepository('test', 'fixtures', 'photos', 'pan.mp4')]);
  // The very frames that the host chooses with ffmpeg.
  const timesMs = [700, 1300, 1400, 1900, 2300, 2500, 2800];
  await expect.poll(names).toEqual(timesMs.map((timeMs) => frameFileName('pan', timeMs)));
  expect(await notices()).toMatch(/\d+ of about 30 frames of pan\.mp4 were chosen by sharpness and motion\./);
  await studio.screenshot('video-dropped');
});

test('what only pretends to be a video is refused with a sentence, and nothing is lost', async () => {
  const before = await names();
  const path = join(studio.dataFolder, 'poem.mp4');
  await writeFile(path, 'no film at all');
  await studio.dropPhotos([path]);
  await expect.poll(notices).toContain('poem.mp4 cannot be read as a video: it is no video, or it is damaged.');
  expect(await names()).toEqual(before);
});

test('nothing went wrong in the page meanwhile', () => {
  expect(studio.problems()).toEqual([]);
});
