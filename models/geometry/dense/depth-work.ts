// The work of dense depth on one photo at a time, wherever it runs: the sweep, what other views confirm of it, and its points.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { PointMap, RgbImage } from '../../run/reconstructor.ts';
import type { SessionOptions } from '../../run/session.ts';
import type { SeenDepth } from './agreement.ts';
import { confirmed } from './confirmed.ts';
import { pointMapOf, type DepthPicture } from './point-map.ts';
import { createDepthSweep, type DepthSweep } from './sweep.ts';

export interface DepthWork extends DepthSweep {
  /** Keeps what other views confirm and what is a surface. */
  confirmed(reference: SeenDepth, others: readonly SeenDepth[]): Promise<DepthPicture>;
  /** The points of that depth on the photo's own pixel grid. @param image colours at any size */
  points(photo: PointsOf, reference: SeenDepth, others: readonly SeenDepth[]): Promise<PointMap>;
}

export interface PointsOf {
  photoId: PhotoId;
  image: RgbImage;
  /** With distortion, at any size. */
  intrinsics: Intrinsics;
}

/** On the thread that calls. */
export function createDepthWork(options: SessionOptions = {}): DepthWork {
  const sweep = createDepthSweep(options);
  return {
    get providerLine() {
      return sweep.providerLine;
    },
    depthOf: (...input) => sweep.depthOf(...input),
    depthNear: (...input) => sweep.depthNear(...input),
    confirmed: (...input) => Promise.resolve(confirmed(...input)),
    points: ({ photoId, image, intrinsics }, reference, others) =>
      Promise.resolve(pointMapOf(photoId, 'final', confirmed(reference, others), image, intrinsics)),
    rest: () => sweep.rest(),
  };
}
