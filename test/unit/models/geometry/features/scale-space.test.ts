// The scale space as matrix products against the blur as it is defined, in pictures whose sides are no multiple of anything.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GrayImage } from '../../../../../models/geometry/features/gray-image.ts';
import { baseSigma, openScaleSpace, type ScaleSpace } from '../../../../../models/geometry/features/scale-space.ts';

let scaleSpace: ScaleSpace;
beforeAll(async () => {
  scaleSpace = await openScaleSpace(1);
});
afterAll(() => scaleSpace.dispose());

function noise(widthPx: number, heightPx: number, seed: number): GrayImage {
  let state = seed;
  const data = Float32Array.from({ length: widthPx * heightPx }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  });
  return { widthPx, heightPx, data };
}

/** Gaussian blur at one sample, the border repeated: the sum that the kernel stands for. */
function blurredAt({ widthPx, heightPx, data }: GrayImage, sigma: number, x: number, y: number): number {
  let sum = 0;
  let weights = 0;
  for (let dy = -16; dy <= 16; dy++)
    for (let dx = -16; dx <= 16; dx++) {
      const weight = Math.exp((-0.5 * (dx * dx + dy * dy)) / (sigma * sigma));
      const column = Math.min(widthPx - 1, Math.max(0, x + dx));
      const row = Math.min(heightPx - 1, Math.max(0, y + dy));
      sum += weight * data[row * widthPx + column];
      weights += weight;
    }
  return sum / weights;
}

test('every level is the Gaussian blur of the picture, also across tiles and at the border', async () => {
  const image = noise(150, 71, 1);
  const [octave] = await scaleSpace.build(image, 0.5, 1);
  expect(octave.levels).toHaveLength(6);
  octave.levels.forEach((level, k) => {
    const sigma = Math.sqrt((baseSigma * 2 ** (k / 3)) ** 2 - 0.25);
    for (const [x, y] of [
      [0, 0],
      [63, 5],
      [64, 63],
      [65, 64],
      [127, 35],
      [149, 70],
    ])
      // Single precision: 1e-7 times some hundred summands.
      expect(level.data[y * 150 + x]).toBeCloseTo(blurredAt(image, sigma, x, y), 5);
  });
});

test('the next octave begins with every second sample and is blurred on', async () => {
  const [first, second] = await scaleSpace.build(noise(150, 71, 2), 0.5, 1);
  expect(second.stepPx).toBe(2);
  const [base, next] = second.levels;
  expect([base.widthPx, base.heightPx]).toEqual([75, 36]);
  expect(base.data[10 * 75 + 20]).toBe(first.levels[3].data[20 * 150 + 40]);
  const sigma = baseSigma * Math.sqrt(2 ** (2 / 3) - 1);
  expect(next.data[10 * 75 + 20]).toBeCloseTo(blurredAt(base, sigma, 20, 10), 5);
});

test('what an earlier and larger picture has left in the memory does not show', async () => {
  const image = noise(90, 40, 3);
  const levelsOf = async (): Promise<number[][]> =>
    (await scaleSpace.build(image, 0.5, 1)).flatMap(({ levels }) => levels.map(({ data }) => [...data]));
  const alone = await levelsOf();
  await scaleSpace.build(noise(200, 130, 4), 0.5, 1);
  expect(await levelsOf()).toEqual(alone);
});
