// Rays of a camera nobody took, in the form the network was trained on (model-facts 1.9).

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { length, transformPoint, type Sim3 } from '../../../projects/format/sim3.ts';

/**
 * height × width × 6: origin, then the direction, which is the normalised position of the pixel at depth one — with the camera's
 * place included, a quirk of the training that is kept.
 * @param worldFromCamera in the network's world (axes of the first camera), scale 1
 * @param camera its size is that of the map; the grid has whole-number pixels, as in training
 */
export function rayMap(worldFromCamera: Sim3, camera: Intrinsics): Float32Array {
  const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = camera;
  const rays = new Float32Array(widthPx * heightPx * 6);
  for (let v = 0, i = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++, i += 6) {
      const p = transformPoint(worldFromCamera, [(u - cxPx) / fxPx, (v - cyPx) / fyPx, 1]);
      const norm = Math.max(length(p), 1e-8);
      rays.set(worldFromCamera.translation, i);
      rays.set([p[0] / norm, p[1] / norm, p[2] / norm], i + 3);
    }
  return rays;
}
