// VGGT's answers (model-facts 6): a depth map and a camera; its map of points in the window's axes is the second opinion.

import { inverse, normalizedQuaternion } from '../../../projects/format/sim3.ts';
import { focalOf, pointsOfDepth } from './unproject.ts';
import type { Look, SeenView } from './view-network.ts';

export async function readVggt(look: Look, view: number, doubted: boolean): Promise<SeenView> {
  const { depth, depth_conf: conf } = await look.head('depth', view);
  const [heightPx, widthPx] = depth.shape;
  const [x, y, z, qx, qy, qz, qw, fovY, fovX] = look.part('camera', view).data as Float32Array;
  const focalPx = [focalOf(fovX, widthPx), focalOf(fovY, heightPx)] as const;
  const second = doubted ? await look.head('points', view) : null;
  return {
    widthPx,
    heightPx,
    points: pointsOfDepth(depth.data as Float32Array, widthPx, heightPx, focalPx),
    confidences: conf.data as Float32Array,
    windowFromCamera: inverse({
      rotation: normalizedQuaternion([qx, qy, qz, qw]),
      translation: [x, y, z],
      scale: 1,
    }),
    focalPx,
    second: second && {
      widthPx,
      heightPx,
      points: second.points.data as Float32Array,
      confidences: second.points_conf.data as Float32Array,
    },
  };
}
