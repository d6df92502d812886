// A box that belongs to a frame.

import type { FrameId } from './scene.ts';
import type { Sim3, Vec3 } from './sim3.ts';

/** A box in the camera axes of one frame, so that it moves with the frame when its pose is refined. */
export interface FrameBox {
  frameId: FrameId;
  /** Maps the box's own axes (centre at zero) to camera axes of the frame. */
  cameraFromBox: Sim3;
  /** Half lengths in the box's own axes. */
  halfSize: Vec3;
}
