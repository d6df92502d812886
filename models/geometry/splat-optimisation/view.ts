// A photo as the optimiser looks at it: a pinhole picture in shared memory, and where it was taken from.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { inverse, matrixFromQuaternion, type Sim3 } from '../../../projects/format/sim3.ts';
import type { RgbImage } from '../../run/reconstructor.ts';
import { sharedBytes } from '../workers/shared-memory.ts';

/** Where a picture is taken from: cameraFromWorld, rigid. */
export interface ViewPose {
  /** 9, row by row. */
  rotation: ArrayLike<number>;
  /** 3 */
  translation: ArrayLike<number>;
}

/** Splats `from` … before `to`. */
export interface SplatRange {
  from: number;
  to: number;
}

export interface View {
  /** At the size of the picture, without distortion. */
  camera: Intrinsics;
  pose: ViewPose;
  /** height × width × 3 sRGB; shared with the workers. */
  rgb: Uint8Array;
  /** height × width: 1 where the pixel counts; shared. The first drawing of the view fills it in. */
  counted: Uint8Array;
  /** Splats made from this very photo. */
  own: SplatRange;
}

/** @param camera of the picture, at its size; its distortion is taken out of the picture */
export function viewOf(image: RgbImage, camera: Intrinsics, worldFromCamera: Sim3, own: SplatRange): View {
  const cameraFromWorld = inverse(worldFromCamera);
  const translation = cameraFromWorld.translation.map((value) => value / cameraFromWorld.scale);
  const inside = new Uint8Array(camera.widthPx * camera.heightPx).fill(1);
  const rgb = camera.k1 === 0 && camera.k2 === 0 ? image.data : undistorted(image, camera, inside);
  return {
    camera: { ...camera, k1: 0, k2: 0 },
    // The scale of a frame's own axes makes pictures neither larger nor smaller.
    pose: { rotation: matrixFromQuaternion(cameraFromWorld.rotation), translation },
    rgb: sharedBytes(rgb),
    counted: sharedBytes(inside),
    own,
  };
}

/** The picture a pinhole would have taken; `inside` becomes 0 where the lens saw nothing. */
function undistorted({ widthPx, heightPx, data }: RgbImage, camera: Intrinsics, inside: Uint8Array): Uint8Array {
  const { fxPx, fyPx, cxPx, cyPx, k1, k2 } = camera;
  const out = new Uint8Array(data.length);
  for (let row = 0; row < heightPx; row++)
    for (let col = 0; col < widthPx; col++) {
      const u = (col + 0.5 - cxPx) / fxPx;
      const v = (row + 0.5 - cyPx) / fyPx;
      const r2 = u * u + v * v;
      const d = 1 + r2 * (k1 + r2 * k2);
      const x = fxPx * u * d + cxPx - 0.5;
      const y = fyPx * v * d + cyPx - 0.5;
      const i = row * widthPx + col;
      if (!(x >= 0 && y >= 0 && x <= widthPx - 1 && y <= heightPx - 1)) {
        inside[i] = 0;
        continue;
      }
      const x0 = Math.min(widthPx - 2, Math.floor(x));
      const y0 = Math.min(heightPx - 2, Math.floor(y));
      const [fx, fy] = [x - x0, y - y0];
      for (let k = 0; k < 3; k++) {
        const p = 3 * (y0 * widthPx + x0) + k;
        const top = data[p] + (data[p + 3] - data[p]) * fx;
        const q = p + 3 * widthPx;
        const bottom = data[q] + (data[q + 3] - data[q]) * fx;
        out[3 * i + k] = Math.round(top + (bottom - top) * fy);
      }
    }
  return out;
}
