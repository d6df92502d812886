// A real clip through the user's ffmpeg; where there is none, the sentence that asks for it.

import { spawnSync } from 'node:child_process';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, expect, test } from 'vitest';
import { videoFrames } from '../../../../../projects/import/video/frames.ts';
import { temporaryFolder } from '../../../../support/project-fixtures.ts';

const clip = join(import.meta.dirname, '../../../../fixtures/photos/pan.mp4');
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

afterEach(() => {
  delete process.env.PERMANENCE_FFMPEG;
});

/** The number that the clip writes into its bottom left corner, a bit in each square of 8 pixels. */
async function frameNumber(path: string): Promise<number> {
  const { data, info } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true });
  const bits = Array.from({ length: 8 }, (_, bit) =>
    data[(info.height - 4) * info.width + bit * 8 + 4] > 128 ? 1 << bit : 0,
  );
  return bits.reduce((sum, value) => sum + value, 0);
}

test('the frames of a clip are sharp, at the times they are said to be, and the same each time; without ffmpeg it is asked for', async () => {
  // A percent sign is a pattern to ffmpeg.
  const folder = join(await temporaryFolder(), '100 % صور');
  if (!hasFfmpeg) {
    await expect(videoFrames({ path: clip, folder })).rejects.toThrow(
      /^pan\.mp4 cannot be read as a video: videos need the program ffmpeg/,
    );
    return;
  }
  const { frames, notices } = await videoFrames({ path: clip, folder });
  expect(notices[0]).toBe(`${frames.length} of about 30 frames of pan.mp4 were chosen by sharpness and motion.`);
  const numbers = await Promise.all(frames.map(({ path }) => frameNumber(path)));
  expect(frames.map(({ timeMs }) => timeMs)).toEqual(numbers.map((number) => Math.round((number * 1000) / 30)));
  // Every ninth frame of the pan is blurred.
  expect(numbers.filter((number) => number > 30 && number % 9 === 0)).toEqual([]);
  expect(numbers.filter((number) => number > 30).length).toBeGreaterThanOrEqual(4);
  expect(await videoFrames({ path: clip, folder })).toEqual({ frames, notices });
  expect(await readdir(folder)).toHaveLength(frames.length);
});

test('without ffmpeg the sentence says what to do', async () => {
  process.env.PERMANENCE_FFMPEG = '/nowhere/ffmpeg';
  const folder = await temporaryFolder();
  await copyFile(clip, join(folder, 'فيلم.mp4'));
  await expect(videoFrames({ path: join(folder, 'فيلم.mp4'), folder })).rejects.toMatchObject({
    code: 'video-unreadable',
    message: expect.stringMatching(
      /^فيلم\.mp4 cannot be read as a video: videos need the program ffmpeg, .* install it/,
    ),
  });
});

test('a video that has vanished says so', async () => {
  await expect(videoFrames({ path: '/nowhere/a.mp4', folder: '/nowhere' })).rejects.toMatchObject({
    code: 'photo-missing',
  });
});
