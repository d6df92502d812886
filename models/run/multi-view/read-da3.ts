// Depth Anything 3's answers (model-facts 9): a depth map and a camera, in a unit of the window's own.

import { normalizedQuaternion } from '../../../projects/format/sim3.ts';
import { focalOf, pointsOfDepth } from './unproject.ts';
import type { Look, SeenView } from './view-network.ts';

export async function readDa3(look: Look, view: number): Promise<SeenView> {
  const { depth, depth_conf: conf } = await look.head('depth', view);
  const [heightPx, widthPx] = depth.shape;
  const [x, y, z, qx, qy, qz, qw, fovY, fovX] = look.part('camera', view).data as Float32Array;
  const focalPx = [focalOf(fovX, widthPx), focalOf(fovY, heightPx)] as const;
  return {
    widthPx,
    heightPx,
    points: pointsOfDepth(depth.data as Float32Array, widthPx, heightPx, focalPx),
    confidences: conf.data as Float32Array,
    windowFromCamera: { rotation: normalizedQuaternion([qx, qy, qz, qw]), translation: [x, y, z], scale: 1 },
    focalPx,
    second: null,
  };
}
