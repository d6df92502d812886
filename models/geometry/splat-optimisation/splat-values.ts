// Splats as the optimiser holds them: fourteen numbers a splat in one flat array, in world axes, without bounds that a step could overrun.

import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import {
  inverse,
  matrixFromQuaternion,
  multiplyQuaternions,
  type Quaternion,
  type Sim3,
} from '../../../projects/format/sim3.ts';
import type { PlacedGaussians } from '../render-gaussians.ts';

/** Numbers of one splat, in this order: mean, log scale, quaternion x y z w (any length), colour 0…1, logit of the opacity. */
export const stride = 14;
export const at = { mean: 0, logScale: 3, rotation: 6, color: 10, opacity: 13 } as const;

/** More opaque than this, the light behind a splat could not be told from nothing. */
export const mostOpaque = 0.99;

export const logit = (share: number): number => Math.log(share / (1 - share));
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Writes splats in frame axes as values in world axes.
 * @param values at least `stride` × (number of splats)
 */
export function valuesOf(scene: readonly PlacedGaussians[], values: Float32Array): void {
  let o = 0;
  for (const { columns, worldFromCamera } of scene) {
    const { scale, translation, rotation } = worldFromCamera;
    const r = matrixFromQuaternion(rotation).map((value) => value * scale);
    const logScale = Math.log(scale);
    const { means, logScales, rotations, colors, count } = columns;
    for (let i = 0; i < count; i++, o += stride) {
      const [x, y, z] = [means[3 * i], means[3 * i + 1], means[3 * i + 2]];
      values[o] = r[0] * x + r[1] * y + r[2] * z + translation[0];
      values[o + 1] = r[3] * x + r[4] * y + r[5] * z + translation[1];
      values[o + 2] = r[6] * x + r[7] * y + r[8] * z + translation[2];
      for (let k = 0; k < 3; k++) {
        values[o + at.logScale + k] = logScales[3 * i + k] + logScale;
        values[o + at.color + k] = colors[4 * i + k] / 255;
      }
      values.set(multiplyQuaternions(rotation, quaternionAt(rotations, 4 * i, 32767)), o + at.rotation);
      values[o + at.opacity] = logit(Math.min(mostOpaque, Math.max(1e-3, colors[4 * i + 3] / 255)));
    }
  }
}

/**
 * One frame's splats back in its own axes; codes are those of `before`, row by row.
 * @param start first splat of the frame
 */
export function columnsOf(
  values: Float32Array,
  start: number,
  worldFromCamera: Sim3,
  before: GaussianColumns,
): GaussianColumns {
  const { count } = before;
  const cameraFromWorld = inverse(worldFromCamera);
  const r = matrixFromQuaternion(cameraFromWorld.rotation).map((value) => value * cameraFromWorld.scale);
  const t = cameraFromWorld.translation;
  const logScale = Math.log(cameraFromWorld.scale);
  const columns: GaussianColumns = {
    count,
    means: new Float32Array(3 * count),
    logScales: new Float32Array(3 * count),
    rotations: new Int16Array(4 * count),
    colors: new Uint8Array(4 * count),
    featureIdx: before.featureIdx.slice(),
  };
  for (let i = 0; i < count; i++) {
    const o = stride * (start + i);
    const [x, y, z] = [values[o], values[o + 1], values[o + 2]];
    columns.means[3 * i] = r[0] * x + r[1] * y + r[2] * z + t[0];
    columns.means[3 * i + 1] = r[3] * x + r[4] * y + r[5] * z + t[1];
    columns.means[3 * i + 2] = r[6] * x + r[7] * y + r[8] * z + t[2];
    for (let k = 0; k < 3; k++) {
      columns.logScales[3 * i + k] = values[o + at.logScale + k] + logScale;
      columns.colors[4 * i + k] = Math.round(255 * Math.min(1, Math.max(0, values[o + at.color + k])));
    }
    const q = multiplyQuaternions(cameraFromWorld.rotation, quaternionAt(values, o + at.rotation, 1));
    const length = Math.hypot(...q);
    for (let k = 0; k < 4; k++) columns.rotations[4 * i + k] = Math.round((32767 * q[k]) / length);
    // A splat that was not drawn at all stays so: its opacity could not be told from the smallest that is optimised.
    const opacity = before.colors[4 * i + 3] === 0 ? 0 : sigmoid(values[o + at.opacity]);
    columns.colors[4 * i + 3] = Math.round(255 * opacity);
  }
  return columns;
}

const quaternionAt = (column: ArrayLike<number>, i: number, unit: number): Quaternion => [
  column[i] / unit,
  column[i + 1] / unit,
  column[i + 2] / unit,
  column[i + 3] / unit,
];
