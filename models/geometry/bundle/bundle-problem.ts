// What bundle adjustment works on: poses, cameras, points and what was seen where, in flat arrays.
//
// Nothing here knows of photos or features: the incremental mapper fills it from its map, the refinement of learned methods from tracks
// sampled in their point maps.

/** Numbers per camera: focal length in pixels, k1, k2. */
export const cameraParameters = 3;

export interface BundleProblem {
  poseCount: number;
  /** poseCount × 9: cameraFromWorld rotations, row by row. */
  rotations: Float64Array;
  /** poseCount × 3: cameraFromWorld translations. */
  translations: Float64Array;
  /** poseCount: 1 holds the pose. At least one pose should be held, or the whole scene may drift. */
  poseFixed: Uint8Array;
  /** poseCount: which camera took it. */
  cameraOfPose: Int32Array;
  cameraCount: number;
  /** cameraCount × 3: focal length, k1, k2 (see `projects/format/intrinsics.ts`). */
  cameras: Float64Array;
  /** cameraCount × 2: principal points in pixels, not adjusted. */
  principalPoints: Float64Array;
  /** cameraCount × 3: 1 adjusts the parameter. */
  cameraFree: Uint8Array;
  /** cameraCount × 3: values the parameters are drawn to, */
  cameraPriors: Float64Array;
  /** and how strongly: cost is weight · (value − prior)², in squared pixels; 0 is no prior. */
  cameraPriorWeights: Float64Array;
  pointCount: number;
  /** pointCount × 3, in the world. */
  points: Float64Array;
  /** pointCount + 1: observations of point i are those from observationStart[i] to observationStart[i + 1]. */
  observationStart: Int32Array;
  /** Per observation. */
  observationPose: Int32Array;
  /** Per observation, two numbers in pixels. */
  observationPx: Float64Array;
}

export interface BundleOptions {
  maxIterations: number;
  /** Scale of the Cauchy loss in pixels: errors well beyond it hardly pull. */
  lossPx: number;
  /** Ends when one step lowers the cost by a smaller share than this. */
  leastGain?: number;
}

export interface BundleSummary {
  iterations: number;
  /** Robust cost before and after. */
  initialCost: number;
  finalCost: number;
  /** Root of the mean squared reprojection error over all observations within three loss scales, in pixels. */
  rmsePx: number;
}
