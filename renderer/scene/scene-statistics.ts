// What the samples of all visible chunks say about the scene: where it is, how large, where its floor is, ranges for colours.

import { Vector3, type Matrix4 } from 'three';
import { groundHeight, percentile } from './world-up.ts';
import type { PointCloud } from './point-cloud.ts';

export interface SceneStatistics {
  /** Display axes. */
  centre: Vector3;
  /** Holds nine in ten of the points. */
  radius: number;
  ground: number;
  depthRange: readonly [number, number];
  heightRange: readonly [number, number];
}

/** Enough for stable percentiles, few enough to be done within a frame. */
const mostSamples = 16_000;

/** null while there are no points. @param clouds visible ones, with their world matrices up to date */
export function sceneStatistics(clouds: readonly PointCloud[]): SceneStatistics | null {
  if (clouds.length === 0) return null;
  const perCloud = Math.max(24, Math.floor(mostSamples / clouds.length));
  const [xs, ys, zs, depths]: [number[], number[], number[], number[]] = [[], [], [], []];
  const point = new Vector3();
  for (const { group, sample } of clouds) {
    const matrix: Matrix4 = group.matrixWorld;
    const scale = Math.hypot(matrix.elements[0], matrix.elements[1], matrix.elements[2]);
    const count = Math.min(perCloud, sample.length / 4);
    for (let i = 0; i < count; i++) {
      point.set(sample[i * 4], sample[i * 4 + 1], sample[i * 4 + 2]).applyMatrix4(matrix);
      xs.push(point.x);
      ys.push(point.y);
      zs.push(point.z);
      depths.push(sample[i * 4 + 2] * scale);
    }
  }
  if (xs.length === 0) return null;
  const middle = (values: number[]): number =>
    percentile(
      [...values].sort((a, b) => a - b),
      0.5,
    );
  const centre = new Vector3(middle(xs), middle(ys), middle(zs));
  const distances = xs
    .map((x, i) => Math.hypot(x - centre.x, ys[i] - centre.y, zs[i] - centre.z))
    .sort((a, b) => a - b);
  const rangeOf = (values: number[]): readonly [number, number] => {
    const sorted = [...values].sort((a, b) => a - b);
    const [low, high] = [percentile(sorted, 0.02), percentile(sorted, 0.98)];
    return high > low ? [low, high] : [low, low + 1e-6];
  };
  return {
    centre,
    radius: Math.max(percentile(distances, 0.9), 1e-6),
    ground: groundHeight(ys),
    depthRange: rangeOf(depths),
    heightRange: rangeOf(ys),
  };
}
