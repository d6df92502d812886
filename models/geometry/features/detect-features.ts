// From an upright photo to its features.

import type { RgbImage } from '../../run/reconstructor.ts';
import { describe, findOrientations } from './describe.ts';
import { descriptorLength, type Features } from './features.ts';
import { doubled, grayFromRgb } from './gray-image.ts';
import { findKeypoints, type Keypoint } from './keypoints.ts';
import type { ScaleSpace } from './scale-space.ts';

export interface DetectOptions {
  /** At most so many keypoints; the strongest are kept. */
  maxCount: number;
  /** Least difference of Gaussians, in grey levels of 0…1. */
  threshold: number;
}

const defaultDetectOptions: DetectOptions = { maxCount: 5000, threshold: 0.0067 };

/** Photos up to this long side are doubled first: their finest structures lie below the blur the scale space begins with. */
const doubleUpToPx = 900;
/** With fewer keypoints than this, fainter ones are taken as well. */
const wantedCount = 1200;

export async function detectFeatures(
  image: RgbImage,
  scaleSpace: ScaleSpace,
  options: DetectOptions = defaultDetectOptions,
): Promise<Features> {
  const gray = grayFromRgb(image);
  const isDoubled = Math.max(image.widthPx, image.heightPx) <= doubleUpToPx;
  // A camera's own blur is taken as half a pixel (Lowe 2004, section 3.3).
  const octaves = await (isDoubled ? scaleSpace.build(doubled(gray), 1, 0.5) : scaleSpace.build(gray, 0.5, 1));
  const faint = octaves.flatMap((octave) => findKeypoints(octave, options.threshold / 3));
  // One look at all pixels serves both thresholds.
  let keypoints = faint.filter(({ response }) => response >= options.threshold);
  if (keypoints.length < wantedCount) {
    keypoints = faint;
    keypoints.sort((a, b) => b.response - a.response).splice(wantedCount);
  }
  keypoints.sort((a, b) => b.response - a.response).splice(options.maxCount);
  keypoints.sort((a, b) => b.sigma * b.octave.stepPx - a.sigma * a.octave.stepPx);
  return describeAll(keypoints, image);
}

function describeAll(keypoints: Keypoint[], image: RgbImage): Features {
  const oriented: { keypoint: Keypoint; angle: number }[] = [];
  for (const keypoint of keypoints) {
    for (const angle of findOrientations(keypoint)) oriented.push({ keypoint, angle });
  }
  const count = oriented.length;
  const features: Features = {
    widthPx: image.widthPx,
    heightPx: image.heightPx,
    count,
    described: count,
    xPx: new Float32Array(count),
    yPx: new Float32Array(count),
    scalePx: new Float32Array(count),
    descriptors: new Uint8Array(count * descriptorLength),
    colors: new Uint8Array(count * 3),
  };
  oriented.forEach(({ keypoint, angle }, i) => {
    const { stepPx } = keypoint.octave;
    // Sample 0 of every octave is the centre of the first pixel.
    features.xPx[i] = keypoint.x * stepPx + 0.5;
    features.yPx[i] = keypoint.y * stepPx + 0.5;
    features.scalePx[i] = keypoint.sigma * stepPx;
    describe(keypoint, angle, features.descriptors, i * descriptorLength);
    const column = Math.min(image.widthPx - 1, Math.max(0, Math.floor(features.xPx[i])));
    const row = Math.min(image.heightPx - 1, Math.max(0, Math.floor(features.yPx[i])));
    const pixel = (row * image.widthPx + column) * 3;
    features.colors.set(image.data.subarray(pixel, pixel + 3), i * 3);
  });
  return features;
}
