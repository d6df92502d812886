// What both layouts of a COLMAP model say: cameras, images with a rigid pose, and points with all images that see them.
//
// Layout: https://colmap.github.io/format.html. A pose there is cameraFromWorld, quaternion w x y z; pixel centres at (0.5, 0.5), as ours.

import type { Intrinsics } from '../../format/intrinsics.ts';
import { inverse } from '../../format/sim3.ts';
import type { PointBlock, VisibleFrame } from '../visible.ts';
import type { Observations } from './observations.ts';

export interface ColmapCamera {
  /** COLMAP's name and number of the model. */
  model: 'PINHOLE' | 'RADIAL' | 'OPENCV';
  modelId: number;
  widthPx: number;
  heightPx: number;
  params: number[];
}

/** The simplest COLMAP model that says the same. */
export function colmapCamera({ widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, k1, k2 }: Intrinsics): ColmapCamera {
  const size = { widthPx, heightPx };
  if (k1 === 0 && k2 === 0) return { model: 'PINHOLE', modelId: 1, ...size, params: [fxPx, fyPx, cxPx, cyPx] };
  if (fxPx === fyPx) return { model: 'RADIAL', modelId: 3, ...size, params: [fxPx, cxPx, cyPx, k1, k2] };
  return { model: 'OPENCV', modelId: 4, ...size, params: [fxPx, fyPx, cxPx, cyPx, k1, k2, 0, 0] };
}

export interface ColmapImage {
  /** From 1. */
  id: number;
  cameraId: number;
  name: string;
  frame: VisibleFrame;
  seen: Observations;
}

/** Points of one photo, numbered from `firstPointId` on. */
export interface ColmapPoints {
  block: PointBlock;
  firstPointId: number;
  /** For each point image and index in it, one pair after the other; its own photo comes first. */
  tracks: readonly (readonly number[])[];
}

/** Takes the points, then one image after another, in the order of their ids. */
export interface ColmapWriter {
  points(points: ColmapPoints): Promise<void>;
  image(image: ColmapImage): Promise<void>;
  /** @param pointCount of all images together */
  close(pointCount: number): Promise<void>;
}

/** Rotation w x y z and translation of cameraFromWorld without its scale. */
export function colmapPose({ worldFromCamera }: VisibleFrame): { q: number[]; t: readonly number[] } {
  const { rotation, translation } = inverse({ ...worldFromCamera, scale: 1 });
  return { q: [rotation[3], rotation[0], rotation[1], rotation[2]], t: translation };
}
