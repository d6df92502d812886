// A photo laid into another view: as if it were printed on a plane across its camera, at the depth of what it shows.

import { Matrix4, type Camera } from 'three';
import type { Intrinsics } from '../../projects/format/intrinsics.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';
import { matrixOf } from './axes.ts';

export interface PhotoCamera {
  worldFromCamera: Sim3;
  /** Of the photo at its full size; lens distortion is left out. */
  intrinsics: Intrinsics;
}

/**
 * The homography from photo to viewport that the plane induces (Hartley and Zisserman 2004, section 13.1), as a CSS `matrix3d` for an
 * element of the given size with its origin at the top left. It is exact where the eye stands in the photo's camera, whatever the depth.
 * @param depth of the plane in world units
 * @param viewport size in CSS pixels
 */
export function photoWarp(
  { worldFromCamera, intrinsics }: PhotoCamera,
  depth: number,
  displayFromWorld: Matrix4,
  camera: Camera,
  viewport: { widthPx: number; heightPx: number },
  elementWidthPx: number,
): string {
  const { fxPx, fyPx, cxPx, cyPx, widthPx } = intrinsics;
  const z = depth / worldFromCamera.scale;
  const zoom = widthPx / elementWidthPx;
  // Element pixel (u, v, 1) to camera axes: on the plane every coordinate is linear in it.
  const cameraFromPhoto = [
    [(zoom / fxPx) * z, 0, (-cxPx / fxPx) * z],
    [0, (zoom / fyPx) * z, (-cyPx / fyPx) * z],
    [0, 0, z],
    [0, 0, 1],
  ];
  const clip = new Matrix4()
    .multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse)
    .multiply(displayFromWorld)
    .multiply(matrixOf(worldFromCamera)).elements;
  const [x, y, w] = [0, 1, 3].map((row) =>
    [0, 1, 2].map((column) => cameraFromPhoto.reduce((sum, axis, k) => sum + clip[4 * k + row] * axis[column], 0)),
  );
  const across = x.map((value, i) => ((value + w[i]) * viewport.widthPx) / 2);
  const down = y.map((value, i) => ((w[i] - value) * viewport.heightPx) / 2);
  // CSS keeps numbers in single precision: the last one is brought to 1 where it can be.
  const by = Math.abs(w[2]) > 1e-9 ? Math.abs(w[2]) : 1;
  const columns = [0, 1, 2].map((i) => [across[i] / by, down[i] / by, 0, w[i] / by]);
  return `matrix3d(${[columns[0], columns[1], [0, 0, 1, 0], columns[2]].flat().join(',')})`;
}
