// What is known to be true about a set of photos, as `eval` reads it: poses, intrinsics, sensor depth.

import type { Intrinsics } from './intrinsics.ts';
import type { Sim3 } from './sim3.ts';

/** Sensor depth of one photo on the photo's own pixel grid (or a smaller grid of the same aspect). */
export interface GroundTruthDepth {
  widthPx: number;
  heightPx: number;
  /** widthPx × heightPx, metres along the optical axis; 0 where the sensor saw nothing. */
  metres: Float32Array;
}

/** Everything indexed by the place of the photo in input order. */
export interface GroundTruth {
  /** Number of photos the truth speaks of; 0 when only poses of some are known and no list is given. */
  frameCount: number;
  /** Input order → camera-to-world, OpenCV axes, scale 1. */
  poses: ReadonlyMap<number, Sim3>;
  /** Input order → camera at the size the truth states; empty when the truth has none. */
  intrinsics: ReadonlyMap<number, Intrinsics>;
  /** Input orders that have depth. */
  depthIdxs: readonly number[];
  /** @throws StudioFailure('ground-truth-unreadable') when the picture is damaged. */
  readDepth(orderIdx: number): Promise<GroundTruthDepth | null>;
}
