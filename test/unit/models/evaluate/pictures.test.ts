// Picture scores agree with scikit-image.
import { expect, test } from 'vitest';
import { comparePictures } from '../../../../models/evaluate/pictures.ts';
import type { RgbImage } from '../../../../models/run/reconstructor.ts';

function picture(value: (x: number, y: number, k: number) => number): RgbImage {
  const image: RgbImage = { widthPx: 48, heightPx: 40, data: new Uint8Array(48 * 40 * 3) };
  image.data.forEach((_, i) => {
    const at = Math.floor(i / 3);
    image.data[i] = value(at % 48, Math.floor(at / 48), i % 3);
  });
  return image;
}
const pattern = (x: number, y: number, k: number): number => (x * 5 + y * 3 + k * 40) % 256;
const disturbed = (x: number, y: number, k: number): number =>
  Math.min(255, Math.max(0, pattern(x, y, k) + ((x * 7 + y * 13 + k * 5) % 21) - 10));

test('PSNR and SSIM are those of scikit-image 0.26 on the same pictures', () => {
  // peak_signal_noise_ratio; structural_similarity on the luma with gaussian_weights, sigma 1.5, win_size 11, no sample covariance.
  const { psnr, ssim, coverage } = comparePictures(picture(disturbed), picture(pattern), null);
  expect(psnr).toBeCloseTo(32.59804314730811, 6);
  // Our luma is float32: four digits.
  expect(ssim).toBeCloseTo(0.9571744020472208, 4);
  expect(coverage).toBe(1);
});

test('equal pictures are perfect, and only counted pixels matter', () => {
  const half = Uint8Array.from({ length: 48 * 40 }, (_, at) => (at % 48 < 24 ? 1 : 0));
  const spoiled = picture((x, y, k) => (x < 30 ? pattern(x, y, k) : 0));
  const scores = comparePictures(spoiled, picture(pattern), half);
  expect(scores.psnr).toBe(Infinity);
  expect(scores.coverage).toBeCloseTo(0.5, 2);
  expect(comparePictures(spoiled, picture(pattern), null).psnr).toBeLessThan(20);
});

test('different sizes are refused', () => {
  expect(() => comparePictures({ widthPx: 1, heightPx: 1, data: new Uint8Array(3) }, picture(pattern), null)).toThrow(
    /sizes/,
  );
});
