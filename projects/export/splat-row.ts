// One splat in world axes, as splat formats want it: read from a chunk's columns and placed by its frame.

import {
  multiplyQuaternions,
  dot,
  normalizedQuaternion,
  rotate,
  transformPoint,
  type Quaternion,
  type Vec3,
} from '../format/sim3.ts';
import { noFeature } from '../format/gaussian-chunk.ts';
import type { SplatBlock, VisibleFrame } from './visible.ts';

export interface WorldSplat {
  mean: Vec3;
  /** Natural logarithm of the standard deviations. */
  logScale: Vec3;
  rotation: Quaternion;
  /** sRGB and opacity 0…255. */
  color: readonly [number, number, number, number];
  /** Index into the run's codebook, or −1. */
  feature: number;
}

/** Row `row` of a block, moved to the world by its frame's similarity. */
export function worldSplat({ columns }: SplatBlock, { worldFromCamera }: VisibleFrame, row: number): WorldSplat {
  const { means, logScales, rotations, colors, featureIdx } = columns;
  const grow = Math.log(worldFromCamera.scale);
  const own: Quaternion = [rotations[row * 4], rotations[row * 4 + 1], rotations[row * 4 + 2], rotations[row * 4 + 3]];
  const mean: Vec3 = [means[row * 3], means[row * 3 + 1], means[row * 3 + 2]];
  return {
    mean: transformPoint(worldFromCamera, mean),
    logScale: [logScales[row * 3] + grow, logScales[row * 3 + 1] + grow, logScales[row * 3 + 2] + grow],
    rotation: multiplyQuaternions(worldFromCamera.rotation, facingCamera(normalizedQuaternion(own), mean)),
    color: [colors[row * 4], colors[row * 4 + 1], colors[row * 4 + 2], colors[row * 4 + 3]],
    feature: featureIdx[row] === noFeature ? -1 : featureIdx[row],
  };
}

/**
 * The same ellipsoid with its third axis, the thin one of a disc, towards the camera that saw it: a reader can tell front from back.
 * @param rotation @param mean in camera axes
 */
function facingCamera(rotation: Quaternion, mean: Vec3): Quaternion {
  const isAway = dot(rotate(rotation, [0, 0, 1]), mean) > 0;
  return isAway ? multiplyQuaternions(rotation, [1, 0, 0, 0]) : rotation;
}

/** Weight of the constant spherical harmonic: colour = 0.5 + sh0 · f_dc (Kerbl et al. 2023, reference code). */
export const sh0 = 0.28209479177387814;
