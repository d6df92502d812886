// Views from the side: where their pixels lie in the photo, and what they add to its features.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectFeatures } from '../../../../../models/geometry/features/detect-features.ts';
import { openScaleSpace, type ScaleSpace } from '../../../../../models/geometry/features/scale-space.ts';
import { tiltedView } from '../../../../../models/geometry/features/tilted-view.ts';
import { detectWideFeatures } from '../../../../../models/geometry/features/wide-features.ts';
import { openMatcher, type DescriptorMatcher } from '../../../../../models/geometry/matching/match-descriptors.ts';
import { matchWide } from '../../../../../models/geometry/matching/wide-matches.ts';
import type { RgbImage } from '../../../../../models/run/reconstructor.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../../../projects/format/sim3.ts';
import { renderScene } from '../../../../support/textured-scene.ts';

const photo = renderScene(pinhole(240, 180, 210), identitySim3).image;
let scaleSpace: ScaleSpace;
let matcher: DescriptorMatcher;

beforeAll(async () => {
  scaleSpace = await openScaleSpace(1);
  matcher = await openMatcher(1);
});
afterAll(async () => {
  await scaleSpace.dispose();
  await matcher.dispose();
});

/** Centre of brightness of a picture. */
function brightest({ widthPx, heightPx, data }: RgbImage): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < widthPx * heightPx; i++) {
    sum += data[3 * i];
    x += data[3 * i] * ((i % widthPx) + 0.5);
    y += data[3 * i] * (Math.floor(i / widthPx) + 0.5);
  }
  return [x / sum, y / sum];
}

describe('views from the side', () => {
  test('a spot is found again where it was, at every turn and tilt', () => {
    const spot: RgbImage = { widthPx: 90, heightPx: 60, data: new Uint8Array(90 * 60 * 3) };
    for (let y = 0; y < 60; y++)
      for (let x = 0; x < 90; x++)
        spot.data.fill(
          255 * Math.exp(-((x + 0.5 - 63) ** 2 + (y + 0.5 - 22) ** 2) / 32),
          3 * (y * 90 + x),
          3 * (y * 90 + x) + 3,
        );
    for (const tilt of [1.5, 2, 3]) {
      for (const turn of [0, 0.4, 1.6, 2.9]) {
        const view = tiltedView(spot, tilt, turn);
        const [x, y] = view.photoFromView(...brightest(view.image));
        // Bytes are rounded: the faint rim of the spot moves its centre by a few hundredths.
        expect(Math.hypot(x - 63, y - 22), `tilt ${tilt}, turn ${turn}`).toBeLessThan(0.2);
      }
    }
  });

  test("the photo's own features come first, and only new ones are added", async () => {
    const own = await detectFeatures(photo, scaleSpace);
    const { features, views } = await detectWideFeatures(photo, own, scaleSpace);
    expect(features.count).toBeGreaterThan(own.count);
    expect(features.xPx.subarray(0, own.count)).toEqual(own.xPx);
    expect(features.descriptors).toEqual(own.descriptors);
    const found = views.slice(1).flatMap(({ owner }) => [...owner]);
    const again = found.filter((idx) => idx < own.count).length;
    // A good part of what the side shows is what the front showed: it gets further descriptors instead of a double.
    expect(again).toBeGreaterThan(0.2 * found.length);
    expect(Math.max(...found)).toBe(features.count - 1);
  });

  test('a photo seen from far aside matches where it did not', async () => {
    const view = tiltedView(photo, 3.5, 0.7);
    const a = await detectFeatures(photo, scaleSpace);
    const b = await detectFeatures(view.image, scaleSpace);
    const isRight = (ax: number, ay: number, bx: number, by: number): boolean => {
      const [x, y] = view.photoFromView(bx, by);
      return Math.hypot(x - ax, y - ay) < 4;
    };
    const plain = await matcher.match(a, b, { maxRatio: 0.8 });
    const wideA = await detectWideFeatures(photo, a, scaleSpace);
    const wideB = await detectWideFeatures(view.image, b, scaleSpace);
    const wide = await matchWide(matcher, wideA, wideB);
    const right = (matches: Int32Array, of: typeof a, other: typeof b): number =>
      Array.from({ length: matches.length / 2 }, (_, k) => [matches[2 * k], matches[2 * k + 1]]).filter(([i, j]) =>
        isRight(of.xPx[i], of.yPx[i], other.xPx[j], other.yPx[j]),
      ).length;
    const before = right(plain, a, b);
    const after = right(wide, wideA.features, wideB.features);
    expect(after).toBeGreaterThan(40);
    expect(after).toBeGreaterThan(3 * before);
    // Every feature has one partner.
    expect(new Set(wide.filter((_, k) => k % 2 === 0)).size).toBe(wide.length / 2);
    expect(new Set(wide.filter((_, k) => k % 2 === 1)).size).toBe(wide.length / 2);
  });
});
