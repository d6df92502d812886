// The work of dense depth on one photo at a time, wherever it runs: the sweep, what other views confirm of it, and its points.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { PointMap, RgbImage } from '../../run/reconstructor.ts';
import type { SessionOptions } from '../../run/session.ts';
import type { SeenDepth } from './agreement.ts';
import { confirmed } from './confirmed.ts';
import type { DepthMap } from './depth-map.ts';
import { besideConfirmed, filled } from './filled.ts';
import { pointMapOf, type DepthPicture } from './point-map.ts';
import { createDepthSweep, type DepthSweep } from './sweep.ts';
import type { SweepView } from './view.ts';

export interface DepthWork extends DepthSweep {
  /** Keeps what other views confirm and what is a surface. */
  confirmed(reference: SeenDepth, others: readonly SeenDepth[]): Promise<DepthPicture>;
  /** The points of that depth on the photo's own pixel grid. @param image colours at any size */
  points(photo: PointsOf, reference: SeenDepth, others: readonly SeenDepth[]): Promise<PointMap>;
  /** The confirmed depth with a prediction (at any scale, NaN where there is none) in its gaps. */
  besideConfirmed(
    reference: SweepView,
    neighbours: readonly SweepView[],
    own: DepthPicture,
    predicted: Float32Array,
  ): Promise<DepthMap>;
  /** The points of what is confirmed, and of what is predicted beside it what other views hold too. */
  filledPoints(photo: PointsOf, reference: SeenDepth, others: readonly SeenDepth[]): Promise<PointMap>;
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
  const pointsOf = ({ photoId, image, intrinsics }: PointsOf, picture: DepthPicture): Promise<PointMap> =>
    Promise.resolve(pointMapOf(photoId, 'final', picture, image, intrinsics));
  return {
    get providerLine() {
      return sweep.providerLine;
    },
    depthOf: (...input) => sweep.depthOf(...input),
    depthNear: (...input) => sweep.depthNear(...input),
    confirmed: (...input) => Promise.resolve(confirmed(...input)),
    points: (photo, ...seen) => pointsOf(photo, confirmed(...seen)),
    besideConfirmed: (...input) => besideConfirmed(sweep, ...input),
    filledPoints: (photo, ...seen) => pointsOf(photo, filled(...seen)),
    rest: () => sweep.rest(),
  };
}
