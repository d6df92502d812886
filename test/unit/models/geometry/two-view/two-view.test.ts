// Two-view solvers on a made-up scene whose truth is known.

import { describe, expect, test } from 'vitest';
import { choosePose } from '../../../../../models/geometry/two-view/relative-pose.ts';
import { essentialEstimator, fivePoint } from '../../../../../models/geometry/two-view/essential.ts';
import { fundamentalEstimator, sevenPoint } from '../../../../../models/geometry/two-view/fundamental.ts';
import { homographyEstimator } from '../../../../../models/geometry/two-view/homography.ts';
import { sampsonSquared, type PointPairs } from '../../../../../models/geometry/two-view/point-pairs.ts';
import { ransac } from '../../../../../models/geometry/two-view/ransac.ts';
import { multiply3, rotationAngleBetween, transpose3 } from '../../../../../models/geometry/linear-algebra/matrix3.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { centerOf, syntheticScene, type SyntheticOptions } from '../../../../support/synthetic-scene.ts';

/** Rays of the points that both cameras of a two-camera scene see. */
function twoViews(options: SyntheticOptions) {
  const scene = syntheticScene({ cameraCount: 2, arc: 0.5, ...options });
  const { fxPx, cxPx, cyPx } = scene.intrinsics;
  const first = new Map(scene.observations.filter((o) => o.cameraIdx === 0).map((o) => [o.pointIdx, o]));
  const both = scene.observations.flatMap((o) => {
    const other = first.get(o.pointIdx);
    return o.cameraIdx === 1 && other ? [{ a: other, b: o }] : [];
  });
  const rays: PointPairs = {
    count: both.length,
    x1: Float64Array.from(both, ({ a }) => (a.xPx - cxPx) / fxPx),
    y1: Float64Array.from(both, ({ a }) => (a.yPx - cyPx) / fxPx),
    x2: Float64Array.from(both, ({ b }) => (b.xPx - cxPx) / fxPx),
    y2: Float64Array.from(both, ({ b }) => (b.yPx - cyPx) / fxPx),
  };
  const outliers = both.filter(({ a, b }) => a.outlier || b.outlier).length;
  const [one, two] = scene.cameras;
  const rotation = multiply3(two.rotation, transpose3(one.rotation));
  const t1 = [0, 3, 6].map((r) => rotation.subarray(r, r + 3).reduce((sum, v, k) => sum + v * one.translation[k], 0));
  const t = two.translation.map((v, k) => v - t1[k]);
  const l = Math.hypot(...t);
  return { scene, rays, outliers, rotation, direction: t.map((v) => v / l), centers: scene.cameras.map(centerOf) };
}

const angleTo = (a: readonly number[], b: readonly number[]): number =>
  Math.acos(Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]));

describe('two-view geometry', () => {
  test('five exact pairs contain the true pose among the solutions', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { rays, rotation, direction } = twoViews({ seed, pointCount: 60 });
      const poses = fivePoint(rays, [0, 3, 7, 11, 19]).map((e) => choosePose(e, rays, [0, 3, 7, 11, 19]));
      const errors = poses.map((p) => rotationAngleBetween(p.rotation, rotation) + angleTo(p.translation, direction));
      // Exact input: what is left is the rounding of a degree-ten polynomial.
      expect(Math.min(...errors)).toBeLessThan(1e-4);
    }
  });

  test('seven exact pairs give a matrix that fits all others', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { rays } = twoViews({ seed, pointCount: 60 });
      const worst = sevenPoint(rays, [0, 3, 7, 11, 19, 23, 29]).map((f) => {
        let largest = 0;
        for (let i = 0; i < rays.count; i++)
          largest = Math.max(largest, sampsonSquared(f, rays.x1[i], rays.y1[i], rays.x2[i], rays.y2[i]));
        return Math.sqrt(largest);
      });
      expect(Math.min(...worst)).toBeLessThan(1e-6);
    }
  });

  test('an essential matrix is found among one third of outliers and half a pixel of noise', () => {
    const { rays, outliers, rotation, direction } = twoViews({ pointCount: 300, noisePx: 0.5, outlierShare: 0.18 });
    const found = ransac(essentialEstimator(rays, (2 / 560) ** 2), { random: seededRandom(5), maxIterations: 500 });
    if (!found) throw new Error('nothing found');
    const pose = choosePose(found.model, rays, found.inliers);
    // Half a pixel is 0.9 mrad; over 200 points the pose must come out better than ten times that.
    expect(rotationAngleBetween(pose.rotation, rotation)).toBeLessThan(0.01);
    expect(angleTo(pose.translation, direction)).toBeLessThan(0.05);
    // Some outliers lie on their epipolar line by chance: 4 px of 480.
    expect(found.inliers.length).toBeLessThan(rays.count - 0.8 * outliers);
    expect(found.inliers.length).toBeGreaterThan(0.9 * (rays.count - outliers));
  });

  test('a fundamental matrix is found among one third of outliers', () => {
    const { rays, outliers } = twoViews({ pointCount: 300, noisePx: 0.5, outlierShare: 0.18 });
    const found = ransac(fundamentalEstimator(rays, (2 / 560) ** 2), { random: seededRandom(5), maxIterations: 2000 });
    expect(found?.inliers.length).toBeLessThan(rays.count - 0.8 * outliers);
    expect(found?.inliers.length).toBeGreaterThan(0.9 * (rays.count - outliers));
  });

  test('a plane is explained by one homography, a cloud is not', () => {
    const share = (planar: boolean): number => {
      const { rays } = twoViews({ pointCount: 200, noisePx: 0.5, planar });
      const found = ransac(homographyEstimator(rays, (3 / 560) ** 2), { random: seededRandom(3), maxIterations: 300 });
      return (found?.inliers.length ?? 0) / rays.count;
    };
    expect(share(true)).toBeGreaterThan(0.95);
    expect(share(false)).toBeLessThan(0.5);
  });
});
