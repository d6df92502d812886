// A placed photo as point tracking sees it, and what it finds there.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PhotoId } from '../../../projects/format/scene.ts';
import type { Sim3, Vec3 } from '../../../projects/format/sim3.ts';
import type { GrayImage } from '../features/gray-image.ts';
import type { FrameDepth } from '../frame-depth.ts';

export interface TrackView {
  photoId: PhotoId;
  worldFromCamera: Sim3;
  /** In pixels of the upright photo at its full size. */
  intrinsics: Intrinsics;
  depth: FrameDepth;
  /** The photo at working size. */
  image: GrayImage;
}

export interface TrackedSight {
  photoId: PhotoId;
  /** In pixels of the upright photo at its full size; may lie outside. Null when the point is behind the camera or lost. */
  xPx: number | null;
  yPx: number | null;
  visible: boolean;
  /** How well the patch around it fits (ZNCC, 0…1); 0 when it was not compared. */
  score: number;
  /** Where this photo's own depth puts what is seen there; null when nothing is. */
  pointInWorld: Vec3 | null;
}
