// What becomes of a photo before the network sees it, by the sizes the official loader gives.
import { describe, expect, test } from 'vitest';
import { photoIntrinsics, planPicture, readPicture } from '../../../../models/run/recurrent/preprocess.ts';
import { patternPhoto } from './photos.ts';

const size = (widthPx: number, heightPx: number, style: 'long' | 'square', sizePx: number) => {
  const plan = planPicture({ widthPx, heightPx }, style, sizePx, 16);
  return plan && [plan.widthPx, plan.heightPx];
};

describe('the size of the picture', () => {
  test.for([
    [4000, 3000, 512, 384],
    [3000, 4000, 384, 512],
    [1920, 1080, 512, 288],
    [640, 480, 512, 384],
    [512, 512, 512, 384],
    [1000, 1000, 512, 384],
    [4032, 2268, 512, 288],
    [3072, 2048, 512, 336],
  ])('of a photo of %d × %d is %d × %d for the 512 model', ([w, h, width, height]) => {
    expect(size(w, h, 'long', 512)).toEqual([width, height]);
  });

  test.for([
    [4000, 3000],
    [3000, 4000],
    [224, 224],
    [333, 777],
  ])('of a photo of %d × %d is 224 × 224 for the 224 model', ([w, h]) => {
    expect(size(w, h, 'square', 224)).toEqual([224, 224]);
  });

  test('is a whole number of patches at any size a user may choose', () => {
    for (let sizePx = 64; sizePx <= 600; sizePx += 7)
      for (const [w, h] of [
        [4000, 3000],
        [900, 900],
        [1080, 1920],
      ])
        for (const style of ['long', 'square'] as const)
          for (const side of size(w, h, style, sizePx) ?? [1]) expect(side % 16).toBe(0);
  });

  test('is none for a photo that is narrower than a patch', () => {
    expect(size(8000, 100, 'long', 512)).toBeNull();
  });
});

test('photos are shrunk with Lanczos and enlarged with a cubic kernel, as the loader does', () => {
  expect(planPicture({ widthPx: 4000, heightPx: 3000 }, 'long', 512, 16)?.kernel).toBe('lanczos3');
  expect(planPicture({ widthPx: 400, heightPx: 300 }, 'long', 512, 16)?.kernel).toBe('cubic');
});

test('pixels are cropped from the middle and scaled to −1…1, plane by plane', async () => {
  const photo = patternPhoto(0, 100, 90);
  const { planes, colors, leftPx, topPx, widthPx, heightPx, resizedWidthPx } = await readPicture(
    photo,
    'long',
    100,
    16,
  );
  expect([widthPx, heightPx, leftPx, topPx]).toEqual([96, 80, 2, 5]);
  const { data } = await photo.read({ widthPx: 100, heightPx: 90, fit: 'fill' });
  const [x, y] = [7, 11];
  for (let c = 0; c < 3; c++) {
    const value = data[3 * ((y + topPx) * resizedWidthPx + x + leftPx) + c];
    expect(colors[3 * (y * widthPx + x) + c]).toBe(value);
    expect(planes[c * widthPx * heightPx + y * widthPx + x]).toBeCloseTo(value / 127.5 - 1, 6);
  }
});

test('a camera of the picture is told in pixels of the whole photo, crop included', () => {
  const photo = { widthPx: 4032, heightPx: 2268 };
  const plan = planPicture(photo, 'long', 512, 16);
  if (!plan) throw new Error('no plan');
  const camera = photoIntrinsics(photo, plan, 400);
  expect(camera.fxPx).toBeCloseTo((400 * 4032) / 512, 9);
  expect(camera.cxPx).toBeCloseTo(4032 / 2, 9);
  expect(camera.cyPx).toBeCloseTo(2268 / 2, 9);
});
