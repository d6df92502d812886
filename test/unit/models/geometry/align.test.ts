// Alignment of point sets by a similarity.

import { expect, test } from 'vitest';
import { similarityBetween } from '../../../../models/geometry/align.ts';
import { seededRandom } from '../../../../models/geometry/linear-algebra/random.ts';
import { angleBetween, normalizedQuaternion, transformPoint, type Vec3 } from '../../../../projects/format/sim3.ts';

const random = seededRandom(4);
const points = Array.from({ length: 12 }, (): Vec3 => [random.normal(), random.normal(), random.normal()]);

test('a known similarity is found again', () => {
  const truth = { rotation: normalizedQuaternion([0.3, -0.2, 0.5, 0.7]), translation: [3, -1, 2] as const, scale: 2.5 };
  const found = similarityBetween(
    points,
    points.map((p) => transformPoint(truth, p)),
  );
  expect(found?.scale).toBeCloseTo(2.5, 10);
  expect(angleBetween(found?.rotation ?? [0, 0, 0, 1], truth.rotation)).toBeLessThan(1e-7);
  found?.translation.forEach((value, k) => expect(value).toBeCloseTo(truth.translation[k], 9));
});

test('a mirror image is never answered with a reflection', () => {
  const found = similarityBetween(
    points,
    points.map(([x, y, z]): Vec3 => [-x, y, z]),
  );
  expect(Math.hypot(...(found?.rotation ?? []))).toBeCloseTo(1, 9);
});

test('too few points and points in one place have no alignment', () => {
  expect(similarityBetween(points.slice(0, 2), points.slice(0, 2))).toBeNull();
  expect(similarityBetween([points[0], points[0], points[0]], points.slice(0, 3))).toBeNull();
});
