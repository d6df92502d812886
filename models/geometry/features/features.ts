// What the geometry method finds in a photo: keypoints, the size they were found at, and descriptors.

export const descriptorLength = 128;

/** What is kept of a photo for as long as the run goes on. */
export interface Keypoints {
  /** Size of the picture the features were found in; coordinates are in its pixels, the centre of the top left one is (0.5, 0.5). */
  widthPx: number;
  heightPx: number;
  count: number;
  /** So many of them, the first ones, have descriptors; those behind them came by optical flow or from simulated views. */
  described: number;
  /** Sorted by scale, largest first: any prefix is the coarse part of the photo. */
  xPx: Float32Array;
  yPx: Float32Array;
  /** Blur σ at which the keypoint was found, in pixels. */
  scalePx: Float32Array;
  /** count × 3 sRGB at the keypoints. */
  colors: Uint8Array;
}

export interface Features extends Keypoints {
  /** described × 128, RootSIFT (Arandjelović and Zisserman 2012): unit L2 norm times 512, rounded. */
  descriptors: Uint8Array;
}
