// A depth map becomes the points of a photo: positions, normals and colours on the photo's own pixel grid.

import { rayThroughPixel, resized, type Intrinsics } from '../../../projects/format/intrinsics.ts';
import type { PointMap, RgbImage } from '../../run/reconstructor.ts';
import { eachRow } from '../each-row.ts';

export interface DepthPicture {
  widthPx: number;
  heightPx: number;
  /** On the undistorted grid of the camera without its radial terms; NaN where there is none. */
  depth: Float32Array;
  confidence: Float32Array;
  /** Relative disagreement with other views, or null. */
  difference: Float32Array | null;
}

/**
 * @param intrinsics of the photo with its distortion, at any size
 * @param image colours at any size
 */
export function pointMapOf(
  photoId: string,
  kind: PointMap['kind'],
  picture: DepthPicture,
  image: RgbImage,
  intrinsics: Intrinsics,
): PointMap {
  const { widthPx, heightPx } = picture;
  const n = widthPx * heightPx;
  const lens = resized(intrinsics, widthPx, heightPx);
  const positions = new Float32Array(n * 3).fill(NaN);
  const confidences = new Float32Array(n);
  const colors = new Uint8Array(n * 3);
  const errors = picture.difference ? new Float32Array(n) : null;
  eachRow(heightPx, (row) => {
    for (let column = 0, i = row * widthPx; column < widthPx; column++, i++) {
      const source =
        Math.floor(((row + 0.5) * image.heightPx) / heightPx) * image.widthPx +
        Math.floor(((column + 0.5) * image.widthPx) / widthPx);
      for (let k = 0; k < 3; k++) colors[i * 3 + k] = image.data[source * 3 + k];
      const [x, y] = rayThroughPixel(lens, column + 0.5, row + 0.5);
      // Where the straight picture shows this ray.
      const straightColumn = Math.floor(lens.fxPx * x + lens.cxPx);
      const straightRow = Math.floor(lens.fyPx * y + lens.cyPx);
      if (straightColumn < 0 || straightRow < 0 || straightColumn >= widthPx || straightRow >= heightPx) continue;
      const at = straightRow * widthPx + straightColumn;
      const z = picture.depth[at];
      if (!(z > 0)) continue;
      positions[i * 3] = x * z;
      positions[i * 3 + 1] = y * z;
      positions[i * 3 + 2] = z;
      confidences[i] = picture.confidence[at];
      if (errors && picture.difference) errors[i] = picture.difference[at];
    }
  });
  return {
    photoId,
    kind,
    gridWidthPx: widthPx,
    gridHeightPx: heightPx,
    positions,
    confidences,
    colors,
    normals: normalsOf(positions, widthPx, heightPx),
    errors,
    moving: null,
  };
}

/** Unit normals towards the camera from the points two cells away on either side; zero beside holes and edges. */
export function normalsOf(positions: Float32Array, widthPx: number, heightPx: number): Float32Array {
  const normals = new Float32Array(positions.length);
  const reach = 2;
  eachRow(heightPx, (row) => {
    for (let column = 0; column < widthPx; column++) {
      const i = (row * widthPx + column) * 3;
      if (Number.isNaN(positions[i])) continue;
      const left = (row * widthPx + Math.max(0, column - reach)) * 3;
      const right = (row * widthPx + Math.min(widthPx - 1, column + reach)) * 3;
      const up = (Math.max(0, row - reach) * widthPx + column) * 3;
      const down = (Math.min(heightPx - 1, row + reach) * widthPx + column) * 3;
      const z = positions[i + 2];
      const ax = positions[right] - positions[left];
      const ay = positions[right + 1] - positions[left + 1];
      const az = positions[right + 2] - positions[left + 2];
      const bx = positions[down] - positions[up];
      const by = positions[down + 1] - positions[up + 1];
      const bz = positions[down + 2] - positions[up + 2];
      // A jump of a tenth of the depth within four cells is an edge, not a slope.
      if (!(Math.abs(az) < 0.1 * z) || !(Math.abs(bz) < 0.1 * z)) continue;
      const nx = by * az - bz * ay;
      const ny = bz * ax - bx * az;
      const nz = bx * ay - by * ax;
      const l = Math.hypot(nx, ny, nz);
      if (l === 0) continue;
      normals[i] = nx / l;
      normals[i + 1] = ny / l;
      normals[i + 2] = nz / l;
    }
  });
  return normals;
}
