// Cameras: rays and pixels lead back to each other.
import { expect, test } from 'vitest';
import {
  pinhole,
  projectPoint,
  rayThroughPixel,
  resized,
  type Intrinsics,
} from '../../../../projects/format/intrinsics.ts';
import { scaled } from '../../../../projects/format/sim3.ts';

const wide: Intrinsics = { ...pinhole(640, 480, 400), cxPx: 310, k1: -0.12, k2: 0.03 };

test.each([
  ['pinhole', pinhole(640, 480, 500)],
  ['distorted', wide],
] as const)('a point on the ray through a pixel lands on it (%s)', (_, camera) => {
  for (const [x, y] of [
    [0, 0],
    [320, 240],
    [639.5, 12.25],
    [100, 479],
  ]) {
    const pixel = projectPoint(camera, scaled(rayThroughPixel(camera, x, y), 3.7));
    // Ten fixed-point rounds undo this distortion to well below a thousandth of a pixel.
    expect(pixel?.[0]).toBeCloseTo(x, 3);
    expect(pixel?.[1]).toBeCloseTo(y, 3);
  }
});

test('a resized picture shows the same point at the same share of its width', () => {
  const small = resized(wide, 320, 240);
  const at = projectPoint(wide, [0.3, -0.2, 2]);
  const atSmall = projectPoint(small, [0.3, -0.2, 2]);
  expect((atSmall?.[0] ?? NaN) * 2).toBeCloseTo(at?.[0] ?? NaN, 9);
});

test('what lies behind the camera has no pixel', () => {
  expect(projectPoint(wide, [0, 0, -1])).toBeNull();
  expect(projectPoint(wide, [0, 0, 0])).toBeNull();
});
