// The cameras of a run as bundle adjustment moves them, and the adjustment itself on tie points.

import { matrixFromQuaternion, quaternionFromMatrix, type Sim3 } from '../../../projects/format/sim3.ts';
import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { adjustBundle } from '../bundle/adjust.ts';
import { cameraParameters, type BundleProblem } from '../bundle/bundle-problem.ts';
import type { MatchGraph } from '../map/match-graph.ts';
import { median, workingIntrinsics, type RefineFrame, type TiePoint } from './sightings.ts';

export interface Rig {
  /** frames × 9 and × 3: cameraFromWorld, rigid. */
  rotations: Float64Array;
  translations: Float64Array;
  /** frames: index into `cameras`. */
  cameraOf: Int32Array;
  /** At working size; the focal length is the mean of both axes. */
  cameras: Intrinsics[];
}

/** Relative standard deviation of the focal length around what the method says. */
const focalSpread = 0.1;

/** @param shared frames of one lens share the median of their focal lengths; otherwise each keeps its own */
export function rigOf(graph: MatchGraph, frames: readonly RefineFrame[], shared: boolean): Rig {
  const rig: Rig = {
    rotations: new Float64Array(9 * frames.length),
    translations: new Float64Array(3 * frames.length),
    cameraOf: new Int32Array(frames.length),
    cameras: [],
  };
  const lenses = new Map<string, number>();
  frames.forEach(({ worldFromCamera, lensKey }, i) => {
    const m = matrixFromQuaternion(worldFromCamera.rotation);
    const r = [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];
    const c = worldFromCamera.translation;
    rig.rotations.set(r, 9 * i);
    for (let k = 0; k < 3; k++)
      rig.translations[3 * i + k] = -(r[3 * k] * c[0] + r[3 * k + 1] * c[1] + r[3 * k + 2] * c[2]);
    const key = shared ? lensKey : String(i);
    const known = lenses.get(key) ?? rig.cameras.push(workingIntrinsics(graph, frames, i)) - 1;
    lenses.set(key, known);
    rig.cameraOf[i] = known;
  });
  if (shared)
    rig.cameras.forEach((camera, c) => {
      const focals = frames.flatMap((_, i) =>
        rig.cameraOf[i] === c ? [focalOf(workingIntrinsics(graph, frames, i))] : [],
      );
      camera.fxPx = camera.fyPx = median(focals);
    });
  return rig;
}

const focalOf = ({ fxPx, fyPx }: Intrinsics): number => (fxPx + fyPx) / 2;

export function poseOf(rig: Rig, i: number, scale: number): Sim3 {
  const r = rig.rotations.subarray(9 * i, 9 * i + 9);
  const t = rig.translations.subarray(3 * i, 3 * i + 3);
  return {
    rotation: quaternionFromMatrix([r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]]),
    translation: [
      -(r[0] * t[0] + r[3] * t[1] + r[6] * t[2]),
      -(r[1] * t[0] + r[4] * t[1] + r[7] * t[2]),
      -(r[2] * t[0] + r[5] * t[1] + r[8] * t[2]),
    ],
    scale,
  };
}

export interface AdjustOptions {
  /** 'points': cameras are held; 'all': all but the first camera move, focal lengths too. */
  what: 'points' | 'all';
  lossPx: number;
  maxIterations: number;
}

/** Moves the rig and the points in place. Frames that no point is seen by stay. */
export function adjustRig(rig: Rig, points: TiePoint[], { what, lossPx, maxIterations }: AdjustOptions): void {
  const problem = problemOf(rig, points, what);
  adjustBundle(problem, { maxIterations, lossPx, leastGain: 1e-4 });
  points.forEach((point, p) => {
    point.position = [problem.points[3 * p], problem.points[3 * p + 1], problem.points[3 * p + 2]];
  });
  if (what === 'points') return;
  rig.rotations.set(problem.rotations);
  rig.translations.set(problem.translations);
  rig.cameras.forEach((camera, c) => (camera.fxPx = camera.fyPx = problem.cameras[cameraParameters * c]));
}

function problemOf(rig: Rig, points: readonly TiePoint[], what: AdjustOptions['what']): BundleProblem {
  const { cameras, cameraOf } = rig;
  const poseCount = cameraOf.length;
  const count = points.reduce((sum, { sightings }) => sum + sightings.length, 0);
  const problem: BundleProblem = {
    poseCount,
    rotations: rig.rotations.slice(),
    translations: rig.translations.slice(),
    poseFixed: new Uint8Array(poseCount).fill(1),
    cameraOfPose: cameraOf,
    cameraCount: cameras.length,
    cameras: Float64Array.from(cameras.flatMap((camera) => [focalOf(camera), camera.k1, camera.k2])),
    principalPoints: Float64Array.from(cameras.flatMap(({ cxPx, cyPx }) => [cxPx, cyPx])),
    cameraFree: Uint8Array.from(cameras.flatMap(() => [what === 'all' ? 1 : 0, 0, 0])),
    cameraPriors: Float64Array.from(cameras.flatMap((camera) => [focalOf(camera), 0, 0])),
    // One observation that is off by a hundredth of the longer side weighs as much as a focal length off by its spread.
    cameraPriorWeights: Float64Array.from(
      cameras.flatMap((camera) => [
        ((0.01 * Math.max(camera.widthPx, camera.heightPx)) / (focalSpread * focalOf(camera))) ** 2,
        0,
        0,
      ]),
    ),
    pointCount: points.length,
    points: Float64Array.from(points.flatMap(({ position }) => position)),
    observationStart: new Int32Array(points.length + 1),
    observationPose: new Int32Array(count),
    observationPx: new Float64Array(2 * count),
  };
  let o = 0;
  points.forEach(({ sightings }, p) => {
    problem.observationStart[p] = o;
    for (const { frameIdx, xPx, yPx } of sightings) {
      problem.observationPose[o] = frameIdx;
      problem.observationPx.set([xPx, yPx], 2 * o++);
      if (what === 'all') problem.poseFixed[frameIdx] = 0;
    }
  });
  problem.observationStart[points.length] = o;
  const anchor = problem.poseFixed.indexOf(0);
  if (anchor >= 0) problem.poseFixed[anchor] = 1;
  return problem;
}
