// A small textured world with exact depth: a slanted wall, a floor and a box in front, seen by posed pinhole or distorted cameras.

import { rayThroughPixel, type Intrinsics } from '../../projects/format/intrinsics.ts';
import { rotate, transformPoint, type Sim3, type Vec3 } from '../../projects/format/sim3.ts';
import type { RgbImage } from '../../models/run/reconstructor.ts';

interface Plane {
  normal: Vec3;
  offset: number;
  /** Limits in world x and y, or none. */
  within: readonly [number, number, number, number] | null;
}

/** normal · p = offset. Camera axes: x right, y down, z forward. */
const planes: readonly Plane[] = [
  { normal: [0.15, 0, 1], offset: 6, within: null },
  { normal: [0, 1, 0.1], offset: 1.6, within: null },
  { normal: [0, 0, 1], offset: 4, within: [-0.7, 0.5, -0.5, 0.7] },
];

/** The plane that can be moved. */
const boxIdx = 2;

/**
 * Picture and exact depth along the optical axis of what a camera sees.
 * @param boxAt how far the box has moved in x and y
 * @returns also which plane each pixel shows: 2 is the box
 */
export function renderScene(
  camera: Intrinsics,
  worldFromCamera: Sim3,
  boxAt: readonly [number, number] = [0, 0],
): { image: RgbImage; depth: Float32Array; planeIdx: Int8Array } {
  const { widthPx, heightPx } = camera;
  const data = new Uint8Array(widthPx * heightPx * 3);
  const depth = new Float32Array(widthPx * heightPx);
  const planeIdx = new Int8Array(widthPx * heightPx);
  for (let row = 0, i = 0; row < heightPx; row++)
    for (let column = 0; column < widthPx; column++, i++) {
      const seen = hit(rayThroughPixel(camera, column + 0.5, row + 0.5), worldFromCamera, boxAt);
      depth[i] = seen.z;
      planeIdx[i] = seen.planeIdx;
      // Four samples a pixel, so that the texture does not alias from view to view.
      const sum = [0, 0, 0];
      for (const [dx, dy] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ]) {
        const sample = hit(rayThroughPixel(camera, column + dx, row + dy), worldFromCamera, boxAt);
        texture(sample.point, sample.planeIdx).forEach((value, k) => (sum[k] += value));
      }
      for (let k = 0; k < 3; k++) data[i * 3 + k] = Math.round(sum[k] / 4);
    }
  return { image: { widthPx, heightPx, data }, depth, planeIdx };
}

function hit(
  ray: Vec3,
  worldFromCamera: Sim3,
  boxAt: readonly [number, number],
): { z: number; point: Vec3; planeIdx: number } {
  const direction = rotate(worldFromCamera.rotation, ray);
  const origin = worldFromCamera.translation;
  let best = { z: Infinity, point: origin, planeIdx: -1 };
  planes.forEach(({ normal, offset, within }, planeIdx) => {
    const along = normal[0] * direction[0] + normal[1] * direction[1] + normal[2] * direction[2];
    const start = normal[0] * origin[0] + normal[1] * origin[1] + normal[2] * origin[2];
    const z = (offset - start) / along;
    if (!(z > 0.1) || z >= best.z) return;
    const place = transformPoint({ ...worldFromCamera, scale: 1 }, [ray[0] * z, ray[1] * z, z]);
    // Its texture goes along with it.
    const point: Vec3 = planeIdx === boxIdx ? [place[0] - boxAt[0], place[1] - boxAt[1], place[2]] : place;
    if (within && (point[0] < within[0] || point[0] > within[1] || point[1] < within[2] || point[1] > within[3]))
      return;
    best = { z, point, planeIdx };
  });
  return best;
}

/** Smooth value noise in three sizes over the plane's own coordinates. */
function texture(point: Vec3, planeIdx: number): [number, number, number] {
  const [a, b] = planeIdx === 1 ? [point[0], point[2]] : [point[0], point[1]];
  const value =
    0.5 * noise(a * 3, b * 3, planeIdx) + 0.3 * noise(a * 9, b * 9, planeIdx) + 0.2 * noise(a * 20, b * 20, planeIdx);
  const tint = [0.9, 0.7 + 0.1 * planeIdx, 0.6 + 0.2 * (planeIdx % 2)];
  return [30 + 200 * value * tint[0], 30 + 200 * value * tint[1], 30 + 200 * value * tint[2]];
}

function noise(x: number, y: number, seed: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fade = (t: number): number => t * t * (3 - 2 * t);
  const [u, v] = [fade(x - x0), fade(y - y0)];
  const at = (i: number, j: number): number => {
    let h = Math.imul(i, 374761393) ^ Math.imul(j, 668265263) ^ Math.imul(seed + 1, 974634541);
    h = Math.imul(h ^ (h >>> 13), 1274126177);
    return ((h ^ (h >>> 16)) >>> 0) / 4294967295;
  };
  const top = at(x0, y0) * (1 - u) + at(x0 + 1, y0) * u;
  const bottom = at(x0, y0 + 1) * (1 - u) + at(x0 + 1, y0 + 1) * u;
  return top * (1 - v) + bottom * v;
}
