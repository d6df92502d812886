// What the samples of all visible chunks say about the scene: where it is, how large, where its floor is, ranges for colours.

import { Vector3 } from 'three';
import type { PointCloud } from './point-cloud.ts';
import { percentile } from './world-up.ts';

export interface SceneStatistics {
  /** Display axes. */
  centre: Vector3;
  /** Holds nine in ten of the points. */
  radius: number;
  ground: number;
  depthRange: readonly [number, number];
  heightRange: readonly [number, number];
}

/** Enough for stable percentiles, few enough to take a few milliseconds. */
const mostSamples = 6_000;

/** null while there are no points. @param clouds visible ones, with their world matrices up to date */
export function sceneStatistics(clouds: readonly Pick<PointCloud, 'group' | 'sample'>[]): SceneStatistics | null {
  const perCloud = Math.max(16, Math.floor(mostSamples / Math.max(1, clouds.length)));
  const counts = clouds.map(({ sample }) => Math.min(perCloud, sample.length / 4));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const [xs, ys, zs, depths] = [0, 1, 2, 3].map(() => new Float32Array(total));
  const point = new Vector3();
  let at = 0;
  clouds.forEach(({ group: { matrixWorld }, sample }, idx) => {
    const scale = Math.hypot(matrixWorld.elements[0], matrixWorld.elements[1], matrixWorld.elements[2]);
    for (let i = 0; i < counts[idx]; i++, at++) {
      point.set(sample[i * 4], sample[i * 4 + 1], sample[i * 4 + 2]).applyMatrix4(matrixWorld);
      xs[at] = point.x;
      ys[at] = point.y;
      zs[at] = point.z;
      depths[at] = sample[i * 4 + 2] * scale;
    }
  });
  // Typed arrays sort by number, without a function call for every comparison.
  const [sortedX, sortedY, sortedZ] = [xs, ys, zs].map((values) => values.slice().sort());
  const centre = new Vector3(percentile(sortedX, 0.5), percentile(sortedY, 0.5), percentile(sortedZ, 0.5));
  const distances = xs.map((x, i) => Math.hypot(x - centre.x, ys[i] - centre.y, zs[i] - centre.z)).sort();
  return {
    centre,
    radius: Math.max(percentile(distances, 0.9), 1e-6),
    // The floor is low, but not as low as the lowest stray points.
    ground: percentile(sortedY, 0.03),
    depthRange: rangeOf(depths.sort()),
    heightRange: rangeOf(sortedY),
  };
}

function rangeOf(sorted: Float32Array): readonly [number, number] {
  const [low, high] = [percentile(sorted, 0.02), percentile(sorted, 0.98)];
  return high > low ? [low, high] : [low, low + 1e-6];
}
