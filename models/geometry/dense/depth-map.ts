// Depth of one view, as the sweep makes it.

/** Depth on the pixel grid of a view's undistorted picture. */
export interface DepthMap {
  widthPx: number;
  heightPx: number;
  /** Along the optical axis in units of the world; NaN where there is none. */
  depth: Float32Array;
  /** 0…1: how well and how uniquely the pictures match there. */
  confidence: Float32Array;
}

export interface DepthRange {
  near: number;
  far: number;
}
