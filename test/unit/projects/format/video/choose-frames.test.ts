// The choice of frames from their sharpness and motion.

import { describe, expect, test } from 'vitest';
import { motionBetween, sharpnessOf, shrunk, type GreyPicture } from '../../../../../projects/format/video/analyse.ts';
import { chooseFrames, type Candidate } from '../../../../../projects/format/video/choose-frames.ts';
import { timecode } from '../../../../../projects/import/video/timecode.ts';

const at = (idx: number, motion: number, sharpness = 100): Candidate => ({ timeMs: idx * 100, motion, sharpness });
const many = (count: number, motion: number, sharpness?: (idx: number) => number) =>
  Array.from({ length: count }, (_, idx) => at(idx, motion, sharpness?.(idx)));

describe('frames', () => {
  test('follow the motion: twice the motion, twice the photos', () => {
    // 100 steps of 2 % are two widths: a photo for each tenth, and the first.
    expect(chooseFrames(many(100, 0.02)).chosen.length).toBeGreaterThanOrEqual(19);
    expect(chooseFrames(many(100, 0.02)).chosen.length).toBeLessThanOrEqual(21);
    const fast = chooseFrames(many(100, 0.04)).chosen.length;
    expect(Math.abs(fast - 40)).toBeLessThanOrEqual(1);
  });

  test('of a camera that stands come once a second', () => {
    expect(chooseFrames(many(100, 0)).chosen).toHaveLength(10);
  });

  test('are the sharpest of their stretch', () => {
    const { chosen } = chooseFrames(many(100, 0.02, (idx) => (idx % 5 === 3 ? 100 : 60)));
    expect(chosen.every((idx) => idx % 5 === 3)).toBe(true);
  });

  test('of a stretch that is blurred as a whole are left out, and counted', () => {
    const { chosen, blurred } = chooseFrames(many(100, 0.02, (idx) => (idx >= 40 && idx < 50 ? 10 : 100)));
    expect(chosen.some((idx) => idx >= 40 && idx < 50)).toBe(false);
    expect(blurred).toBeGreaterThanOrEqual(1);
  });

  test('of a scene that gets smoother are not taken for blurred', () => {
    expect(chooseFrames(many(300, 0.02, (idx) => 1000 * 0.98 ** idx)).blurred).toBe(0);
  });

  test('of a long video are spread over all of it', () => {
    const { chosen } = chooseFrames(many(6000, 0.05), 300);
    expect(chosen.length).toBeLessThanOrEqual(300);
    expect(chosen.length).toBeGreaterThan(280);
    expect(chosen.at(-1)).toBeGreaterThan(5900);
  });

  test('of an empty or short video', () => {
    expect(chooseFrames([])).toEqual({ chosen: [], blurred: 0 });
    expect(chooseFrames([at(0, 0, 0)]).chosen).toEqual([0]);
  });
});

/** A texture that is `shiftPx` further left. */
function texture(shiftPx: number, blurPx = 0): GreyPicture {
  const [widthPx, heightPx] = [128, 72];
  const value = (x: number, y: number): number =>
    128 + 60 * Math.sin(x / 1.7 + Math.sin(y / 3)) + 50 * Math.sin(y / 2.3 + x / 11);
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, idx) => {
    let sum = 0;
    for (let d = -blurPx; d <= blurPx; d++) sum += value((idx % widthPx) + shiftPx + d, Math.floor(idx / widthPx));
    return sum / (2 * blurPx + 1);
  });
  return { widthPx, heightPx, data };
}

test('motion is the share of the width that the picture has moved', () => {
  expect(motionBetween(texture(0), texture(0))).toBe(0);
  // Block matching is exact for whole pixels of a texture that does not repeat within its reach.
  expect(motionBetween(texture(0), texture(3))).toBeCloseTo(3 / 128, 2);
  const flat: GreyPicture = { widthPx: 128, heightPx: 72, data: new Uint8Array(128 * 72).fill(90) };
  expect(motionBetween(flat, flat)).toBe(0);
});

test('blur lowers the sharpness', () => {
  expect(sharpnessOf(texture(0, 1))).toBeLessThan(0.9 * sharpnessOf(texture(0)));
  expect(sharpnessOf(texture(0, 4))).toBeLessThan(0.9 * sharpnessOf(texture(0, 1)));
});

test('shrinking takes the mean', () => {
  const picture = { widthPx: 5, heightPx: 2, data: Uint8Array.of(0, 2, 10, 20, 99, 4, 6, 30, 40, 99) };
  expect(shrunk(picture, 2)).toEqual({ widthPx: 2, heightPx: 1, data: Uint8Array.of(3, 25) });
});

test('times are written as people read them', () => {
  expect([0, 3250, 65_000, 3_723_400].map(timecode)).toEqual(['0:00.0', '0:03.2', '1:05.0', '1:02:03.4']);
});
