// The pose of one photo from points that are known already: P3P within RANSAC, then least squares, with the focal length if it is unknown.

import { multiply3, rotationFromVector } from '../linear-algebra/matrix3.ts';
import type { Random } from '../linear-algebra/random.ts';
import type { BundleProblem } from '../bundle/bundle-problem.ts';
import { emptyProjection, projectWithDerivatives, robustCost } from '../bundle/linearise.ts';
import { factorCholesky, solveCholesky } from '../linear-algebra/cholesky.ts';
import { ransac, type Estimator } from '../two-view/ransac.ts';
import { threePointPoses, type PointsAndRays, type RigidPose } from './p3p.ts';

export interface Resection extends RigidPose {
  inliers: Int32Array;
  /** Truncated cost of RANSAC: the smaller of two answers is the better one. */
  cost: number;
}

/** @param threshold largest distance between a ray and its point, at depth 1 */
export function resectRobustly(data: PointsAndRays, threshold: number, random: Random): Resection | null {
  const estimator: Estimator<RigidPose> = {
    count: data.count,
    sampleSize: 3,
    solve: (sample) => threePointPoses(data, sample),
    cost: (pose, limit) => {
      let cost = 0;
      for (let i = 0; i < data.count; i++) {
        const error = squaredRayError(data, pose, i) / (threshold * threshold);
        cost += error < 1 ? error : 1;
        if (cost >= limit) return cost;
      }
      return cost;
    },
    inliersOf: (pose) => {
      const found: number[] = [];
      for (let i = 0; i < data.count; i++) {
        if (squaredRayError(data, pose, i) < threshold * threshold) found.push(i);
      }
      return Int32Array.from(found);
    },
    refine: (pose, inliers) => refineOverRays(data, pose, inliers, threshold),
  };
  const found = ransac(estimator, { random, maxIterations: 1000 });
  return found && { ...found.model, inliers: found.inliers, cost: found.cost };
}

function squaredRayError(
  { points, rays }: PointsAndRays,
  { rotation: r, translation: t }: RigidPose,
  i: number,
): number {
  const x = points[3 * i];
  const y = points[3 * i + 1];
  const z = points[3 * i + 2];
  const cz = r[6] * x + r[7] * y + r[8] * z + t[2];
  if (!(cz > 1e-9)) return Infinity;
  const dx = (r[0] * x + r[1] * y + r[2] * z + t[0]) / cz - rays[2 * i];
  const dy = (r[3] * x + r[4] * y + r[5] * z + t[1]) / cz - rays[2 * i + 1];
  return dx * dx + dy * dy;
}

function refineOverRays(
  data: PointsAndRays,
  pose: RigidPose,
  inliers: Int32Array,
  threshold: number,
): RigidPose | null {
  const problem = problemOf(data, pose, inliers, data.rays, [1, 0, 0], [0, 0]);
  refineSinglePose(problem, threshold / 2, 4);
  return { rotation: problem.rotations, translation: problem.translations };
}

/** One pose over points that are held: the same arrays as bundle adjustment, so that it shares its derivatives. */
export function problemOf(
  { points }: PointsAndRays,
  pose: RigidPose,
  idxs: ArrayLike<number>,
  observed: Float64Array,
  camera: readonly [number, number, number],
  principalPoint: readonly [number, number],
): BundleProblem {
  const count = idxs.length;
  const problem: BundleProblem = {
    poseCount: 1,
    rotations: Float64Array.from(pose.rotation),
    translations: Float64Array.from(pose.translation),
    poseFixed: new Uint8Array(1),
    cameraOfPose: new Int32Array(1),
    cameraCount: 1,
    cameras: Float64Array.from(camera),
    principalPoints: Float64Array.from(principalPoint),
    cameraFree: new Uint8Array(3),
    cameraPriors: Float64Array.from(camera),
    cameraPriorWeights: new Float64Array(3),
    pointCount: count,
    points: new Float64Array(3 * count),
    observationStart: new Int32Array(count + 1).map((_, i) => i),
    observationPose: new Int32Array(count),
    observationPx: new Float64Array(2 * count),
  };
  for (let k = 0; k < count; k++) {
    const i = idxs[k];
    problem.points.set(points.subarray(3 * i, 3 * i + 3), 3 * k);
    problem.observationPx[2 * k] = observed[2 * i];
    problem.observationPx[2 * k + 1] = observed[2 * i + 1];
  }
  return problem;
}

/** Levenberg–Marquardt over one pose and its free camera parameters, the points held. Changes the problem in place. */
export function refineSinglePose(problem: BundleProblem, lossPx: number, maxIterations: number): void {
  const size = 9;
  const out = emptyProjection();
  let damping = 1e-4;
  let cost = robustCost(problem, lossPx);
  for (let round = 0; round < maxIterations; round++) {
    const a = new Float64Array(size * size);
    const b = new Float64Array(size);
    for (let k = 0; k < 3; k++) {
      a[(6 + k) * size + 6 + k] = problem.cameraFree[k] ? problem.cameraPriorWeights[k] + 1e-12 : 1;
      if (problem.cameraFree[k])
        b[6 + k] = -problem.cameraPriorWeights[k] * (problem.cameras[k] - problem.cameraPriors[k]);
    }
    for (let i = 0; i < problem.pointCount; i++) {
      if (!projectWithDerivatives(problem, i, i, out)) continue;
      const weight = 1 / (1 + (out.rx * out.rx + out.ry * out.ry) / (lossPx * lossPx));
      for (let r = 0; r < size; r++) {
        const jx = weight * (r < 6 ? out.byPose[r] : out.byCamera[r - 6]);
        const jy = weight * (r < 6 ? out.byPose[6 + r] : out.byCamera[r - 3]);
        b[r] -= jx * out.rx + jy * out.ry;
        for (let c = 0; c <= r; c++) {
          a[r * size + c] +=
            jx * (c < 6 ? out.byPose[c] : out.byCamera[c - 6]) + jy * (c < 6 ? out.byPose[6 + c] : out.byCamera[c - 3]);
        }
      }
    }
    for (let r = 0; r < size; r++) a[r * size + r] *= 1 + damping;
    if (!factorCholesky(a, size)) return;
    solveCholesky(a, size, b);
    const before = [problem.rotations.slice(), problem.translations.slice(), problem.cameras.slice()];
    problem.rotations.set(multiply3(rotationFromVector(b[0], b[1], b[2]), before[0]));
    for (let k = 0; k < 3; k++) {
      problem.translations[k] += b[3 + k];
      if (problem.cameraFree[k]) problem.cameras[k] += b[6 + k];
    }
    const next = robustCost(problem, lossPx);
    if (next < cost && problem.cameras[0] > 0) {
      const gain = (cost - next) / cost;
      cost = next;
      damping = Math.max(1e-9, damping / 10);
      if (gain < 1e-4) return;
    } else {
      problem.rotations.set(before[0]);
      problem.translations.set(before[1]);
      problem.cameras.set(before[2]);
      damping *= 10;
    }
  }
}
