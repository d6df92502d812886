// How much of a scene the features of an image encoder know: its splats are read out of them, and drawn where nobody looked while they were fitted.
//
// The question is Feat2GS's (Chen et al. 2025): with the geometry of the splats read out of features, then their texture, then both, how well do photos
// that took no part look? One readout for all photos, so a place has to look the same to the encoder wherever it is seen from.

import type { PlacedGaussians } from '../../geometry/render-gaussians.ts';
import type { FeatureGrid } from '../../run/photo-features.ts';
import type { GaussianColumns } from '../../../projects/format/gaussian-chunk.ts';
import { projectPoint, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PointColumns } from '../../../projects/format/point-chunk.ts';
import type { Sim3 } from '../../../projects/format/sim3.ts';
import { featuresAt } from './grid-features.ts';
import { Readout } from './readout.ts';
import {
  logDepthOf,
  readOutSplats,
  targetCount,
  targetsOf,
  type ProbedSplats,
  type ProbeKind,
} from './splat-targets.ts';

/** Splats that the readout is fitted on, spread evenly over the photos. */
const mostSamples = 20_000;

/** A photo that takes part: its splats, and what is asked of the features there. */
export interface ProbedFrame {
  columns: GaussianColumns;
  intrinsics: Intrinsics;
  worldFromCamera: Sim3;
  splats: ProbedSplats;
}

/**
 * @param share of the splats that take part, a prefix being a fair sample; those that stay grow so that they cover as much
 */
export function probedFrame(
  { columns, worldFromCamera }: PlacedGaussians,
  intrinsics: Intrinsics,
  share: number,
): ProbedFrame {
  const count = Math.ceil(columns.count * Math.min(1, share));
  const grow = share < 1 ? Math.log(1 / share) / 2 : 0;
  const kept: GaussianColumns = {
    count,
    means: columns.means.slice(0, 3 * count),
    logScales: columns.logScales.slice(0, 3 * count).map((value) => value + grow),
    rotations: columns.rotations.slice(0, 4 * count),
    colors: columns.colors.slice(0, 4 * count),
    featureIdx: columns.featureIdx.slice(0, count),
  };
  return { columns: kept, intrinsics, worldFromCamera, splats: targetsOf(kept, intrinsics) };
}

/** @param grids features of the photos, in the order of `frames` */
export function fitProbe(frames: readonly ProbedFrame[], grids: readonly FeatureGrid[]): Readout {
  const total = frames.reduce((sum, { columns }) => sum + columns.count, 0);
  const share = Math.min(1, mostSamples / Math.max(1, total));
  const [{ dim }] = grids;
  const inputs: Float32Array[] = [];
  const targets: Float32Array[] = [];
  frames.forEach(({ columns, splats }, i) => {
    const n = Math.ceil(columns.count * share);
    inputs.push(featuresAt(grids[i], splats.places.subarray(0, 2 * n)));
    targets.push(splats.targets.subarray(0, targetCount * n));
  });
  return Readout.fit(joined(inputs), dim, joined(targets), targetCount);
}

/** The scene with a part of every splat read out of the features. */
export function readOutScene(
  kind: ProbeKind,
  frames: readonly ProbedFrame[],
  grids: readonly FeatureGrid[],
  readout: Readout,
): PlacedGaussians[] {
  return frames.map(({ columns, intrinsics, worldFromCamera, splats }, i) => {
    const read = readout.apply(featuresAt(grids[i], splats.places));
    return { columns: readOutSplats(kind, columns, intrinsics, splats, read), worldFromCamera };
  });
}

/** Points of a photo that are asked for their depth. */
const depthSamples = 2000;

export interface DepthErrors {
  /** Mean of |read − true| / true. */
  absRel: number;
  /** Share of the points with a ratio under 1.25. */
  delta125: number;
}

/** Depth read out for photos that the readout was not fitted on, against their own points, without any alignment. */
export function depthErrors(
  photos: readonly { points: PointColumns; intrinsics: Intrinsics; grid: FeatureGrid }[],
  readout: Readout,
): DepthErrors {
  let [sum, near, n] = [0, 0, 0];
  for (const { points, intrinsics, grid } of photos) {
    const count = Math.min(depthSamples, points.count);
    const places = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const [x, y, z] = points.positions.subarray(3 * i, 3 * i + 3);
      const [column, row] = projectPoint(intrinsics, [x, y, z]) ?? [0, 0];
      places.set([column / intrinsics.widthPx, row / intrinsics.heightPx], 2 * i);
    }
    const read = readout.apply(featuresAt(grid, places));
    for (let i = 0; i < count; i++) {
      const ratio = Math.exp(logDepthOf(read, i)) / points.positions[3 * i + 2];
      sum += Math.abs(ratio - 1);
      if (Math.max(ratio, 1 / ratio) < 1.25) near++;
      n++;
    }
  }
  return { absRel: sum / n, delta125: near / n };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
