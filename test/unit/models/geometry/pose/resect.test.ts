// Resection on a made-up scene whose cameras are known.

import { describe, expect, test } from 'vitest';
import { rotationAngleBetween } from '../../../../../models/geometry/linear-algebra/matrix3.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { threePointPoses, type PointsAndRays } from '../../../../../models/geometry/pose/p3p.ts';
import { problemOf, refineSinglePose, resectRobustly } from '../../../../../models/geometry/pose/resect.ts';
import { syntheticScene, type SyntheticOptions } from '../../../../support/synthetic-scene.ts';

function oneView(options: SyntheticOptions) {
  const scene = syntheticScene({ cameraCount: 3, ...options });
  const seen = scene.observations.filter(({ cameraIdx }) => cameraIdx === 1);
  const { fxPx, cxPx, cyPx } = scene.intrinsics;
  const data: PointsAndRays = {
    count: seen.length,
    points: Float64Array.from(seen.flatMap((o) => [...scene.points.subarray(3 * o.pointIdx, 3 * o.pointIdx + 3)])),
    rays: Float64Array.from(seen.flatMap((o) => [(o.xPx - cxPx) / fxPx, (o.yPx - cyPx) / fxPx])),
  };
  return { scene, data, truth: scene.cameras[1], seen };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe('resection', () => {
  test('three exact points contain the true pose among the solutions', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { data, truth } = oneView({ seed, pointCount: 30 });
      const errors = threePointPoses(data, [1, 5, 9]).map(
        (pose) => rotationAngleBetween(pose.rotation, truth.rotation) + distance(pose.translation, truth.translation),
      );
      // Exact input; some triples are nearly degenerate and lose half the digits of the quartic.
      expect(Math.min(...errors)).toBeLessThan(1e-3);
    }
  });

  test('three points in one place give no pose', () => {
    const { data } = oneView({ pointCount: 10 });
    data.points.copyWithin(3, 0, 3);
    expect(threePointPoses(data, [0, 1, 2])).toEqual([]);
  });

  test('a pose is found where six of ten points are wrong', () => {
    const { data, truth, seen } = oneView({ pointCount: 200, noisePx: 0.5, outlierShare: 0.6 });
    const found = resectRobustly(data, 2.5 / 560, seededRandom(2));
    if (!found) throw new Error('nothing found');
    // Half a pixel over 80 points at distance 6: well under a hundredth.
    expect(rotationAngleBetween(found.rotation, truth.rotation)).toBeLessThan(0.003);
    expect(distance(found.translation, truth.translation)).toBeLessThan(0.02);
    expect([...found.inliers].filter((i) => seen[i].outlier).length).toBeLessThan(3);
  });

  test('the focal length comes out with the pose when it is free', () => {
    const { data, truth, scene, seen } = oneView({ pointCount: 120, noisePx: 0.3 });
    const observed = Float64Array.from(seen.flatMap((o) => [o.xPx, o.yPx]));
    const all = seen.map((_, i) => i);
    const pose = { rotation: truth.rotation, translation: Float64Array.from(truth.translation) };
    const problem = problemOf(data, pose, all, observed, [480, 0, 0], [320, 240]);
    problem.cameraFree[0] = 1;
    refineSinglePose(problem, 2, 60);
    expect(Math.abs(problem.cameras[0] - scene.intrinsics.fxPx)).toBeLessThan(6);
  });
});
