// What the geometry method keeps of a photo: keypoints with descriptors, and the size they were found at.

export const descriptorLength = 128;

export interface Features {
  /** Size of the picture the features were found in; coordinates are in its pixels, the centre of the top left one is (0.5, 0.5). */
  widthPx: number;
  heightPx: number;
  count: number;
  /** Sorted by scale, largest first: any prefix is the coarse part of the photo. */
  xPx: Float32Array;
  yPx: Float32Array;
  /** Blur σ at which the keypoint was found, in pixels. */
  scalePx: Float32Array;
  /** Radians, from x towards y. */
  orientation: Float32Array;
  /** 128 for each of the first features (those behind them came by optical flow and have none): RootSIFT (Arandjelović and Zisserman 2012): unit L2 norm times 512, rounded. */
  descriptors: Uint8Array;
  /** count × 3 sRGB at the keypoints. */
  colors: Uint8Array;
}
