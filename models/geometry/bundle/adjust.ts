// Bundle adjustment: Levenberg–Marquardt over poses, cameras and points with a robust loss. Changes the problem's arrays in place.

import { multiply3, rotationFromVector } from '../linear-algebra/matrix3.ts';
import { cameraParameters, type BundleOptions, type BundleProblem, type BundleSummary } from './bundle-problem.ts';
import { robustCost, squaredError } from './linearise.ts';
import { SchurSolver, type BundleStep } from './schur.ts';

export function adjustBundle(problem: BundleProblem, options: BundleOptions): BundleSummary {
  const { maxIterations, lossPx, leastGain = 1e-5 } = options;
  const solver = new SchurSolver(problem);
  const initialCost = robustCost(problem, lossPx);
  let cost = initialCost;
  let damping = 1e-4;
  let iterations = 0;
  while (iterations < maxIterations && damping < 1e8) {
    iterations++;
    const step = solver.step(lossPx, damping);
    if (!step) {
      damping *= 10;
      continue;
    }
    const before = copyOf(problem);
    apply(problem, solver, step);
    const next = robustCost(problem, lossPx);
    if (!(next < cost)) {
      restore(problem, before);
      // A step that changes nothing any more means the bottom is reached, not that it was too long.
      if (cost > 0 && next - cost < 1e-9 * cost) break;
      damping *= 10;
      continue;
    }
    const gain = (cost - next) / cost;
    cost = next;
    damping = Math.max(damping / 10, 1e-9);
    if (gain < leastGain) break;
  }
  solver.release();
  return { iterations, initialCost, finalCost: cost, rmsePx: rmse(problem, lossPx) };
}

function apply(problem: BundleProblem, solver: SchurSolver, { reduced, points }: BundleStep): void {
  const turned = new Float64Array(9);
  solver.poseOffset.forEach((at, pose) => {
    if (at < 0) return;
    const turn = rotationFromVector(reduced[at], reduced[at + 1], reduced[at + 2]);
    const rotation = problem.rotations.subarray(9 * pose, 9 * pose + 9);
    multiply3(turn, rotation, turned);
    rotation.set(orthonormal(turned));
    for (let k = 0; k < 3; k++) problem.translations[3 * pose + k] += reduced[at + 3 + k];
  });
  solver.cameraOffset.forEach((at, camera) => {
    if (at < 0) return;
    for (let k = 0; k < cameraParameters; k++) {
      const i = cameraParameters * camera + k;
      if (problem.cameraFree[i]) problem.cameras[i] += reduced[at + k];
    }
    // A focal length never turns negative; a step that wants it is cut to half the way.
    const f = cameraParameters * camera;
    if (problem.cameras[f] <= 0) problem.cameras[f] = 0.5 * (problem.cameras[f] - reduced[at]);
  });
  for (let i = 0; i < points.length; i++) problem.points[i] += points[i];
}

/** Rounding errors of many small turns are taken out (Gram and Schmidt). */
function orthonormal(r: Float64Array): Float64Array {
  const l = 1 / Math.hypot(r[0], r[1], r[2]);
  const x = [r[0] * l, r[1] * l, r[2] * l];
  const along = x[0] * r[3] + x[1] * r[4] + x[2] * r[5];
  const y = [r[3] - along * x[0], r[4] - along * x[1], r[5] - along * x[2]];
  const m = 1 / Math.hypot(y[0], y[1], y[2]);
  for (let k = 0; k < 3; k++) {
    r[k] = x[k];
    r[3 + k] = y[k] * m;
  }
  r[6] = r[1] * r[5] - r[2] * r[4];
  r[7] = r[2] * r[3] - r[0] * r[5];
  r[8] = r[0] * r[4] - r[1] * r[3];
  return r;
}

type Variables = Pick<BundleProblem, 'rotations' | 'translations' | 'cameras' | 'points'>;

const copyOf = ({ rotations, translations, cameras, points }: BundleProblem): Variables => ({
  rotations: rotations.slice(),
  translations: translations.slice(),
  cameras: cameras.slice(),
  points: points.slice(),
});

function restore(problem: BundleProblem, saved: Variables): void {
  problem.rotations.set(saved.rotations);
  problem.translations.set(saved.translations);
  problem.cameras.set(saved.cameras);
  problem.points.set(saved.points);
}

function rmse(problem: BundleProblem, lossPx: number): number {
  let sum = 0;
  let count = 0;
  for (let point = 0; point < problem.pointCount; point++) {
    for (let o = problem.observationStart[point]; o < problem.observationStart[point + 1]; o++) {
      const error = squaredError(problem, o, point);
      if (error > 9 * lossPx * lossPx) continue;
      sum += error;
      count++;
    }
  }
  return count > 0 ? Math.sqrt(sum / count) : 0;
}
