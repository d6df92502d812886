// Soft light, computed once for the whole scene: irradiance on a grid over the six sides of every solid.
//
// All surfaces are diffuse, so light depends on the place only: a grid that is baked once serves every picture, free of
// noise and alike from all sides. Values are irradiance divided by π: light seen = albedo · value. Pass 0 is light straight
// from windows and lamps (and the sun, kept apart: pictures trace it per pixel for sharp shadows); passes 1 … n gather one more bounce.

import type { Vec3 } from '../format/sim3.ts';
import type { Scene } from './scene.ts';
import type { Rgb, Solid, SurfacePoint } from './solid.ts';

export interface Side {
  /** First texel of the side, and its size in texels. */
  first: number;
  countU: number;
  countV: number;
}

export interface Lightmap {
  /** Six sides (−x +x −y +y −z +z) per solid. */
  sides: readonly (readonly Side[])[];
  texelCount: number;
  /** Per texel rgb: straight from windows and lamps; from the sun; bounced. */
  direct: Float32Array;
  sun: Float32Array;
  bounced: Float32Array;
  /** 1 where the texel lies on a surface that can be seen. */
  valid: Uint8Array;
}

/** An empty map with texels of about `texelM` metres, in memory that workers can share. */
export function newLightmap(scene: Scene, texelM: number): Lightmap {
  let texelCount = 0;
  const sides = scene.solids.map((solid) => {
    const half = ownHalf(solid);
    const count = (k: number): number => Math.min(200, Math.max(3, Math.ceil((2 * half[k]) / texelM)));
    return [0, 0, 1, 1, 2, 2].map((axis) => {
      const [countU, countV] = solid.emission > 0 ? [1, 1] : [count(axis === 0 ? 1 : 0), count(axis === 2 ? 1 : 2)];
      const side = { first: texelCount, countU, countV };
      texelCount += countU * countV;
      return side;
    });
  });
  const floats = (): Float32Array => new Float32Array(new SharedArrayBuffer(texelCount * 12));
  const valid = new Uint8Array(new SharedArrayBuffer(texelCount));
  return { sides, texelCount, direct: floats(), sun: floats(), bounced: floats(), valid };
}

/** Half lengths of the box around a solid, in its own axes. */
export function ownHalf({ kind, half, round }: Solid): Vec3 {
  const radius = Math.max(half[0], round);
  return kind === 'cone' ? [radius, radius, half[2]] : half;
}

/** Light at the surface point `at`, bilinear between texels. */
export function lightAt(
  map: Lightmap,
  solid: Solid,
  solidIdx: number,
  at: SurfacePoint,
  withSun: boolean,
  out: Rgb,
): void {
  const side = map.sides[solidIdx][at.axis * 2 + (at.sign > 0 ? 1 : 0)];
  const half = ownHalf(solid);
  const halfU = half[at.axis === 0 ? 1 : 0];
  const halfV = half[at.axis === 2 ? 1 : 2];
  const u = Math.min(side.countU - 1, Math.max(0, ((at.u / halfU + 1) / 2) * side.countU - 0.5));
  const v = Math.min(side.countV - 1, Math.max(0, ((at.v / halfV + 1) / 2) * side.countV - 0.5));
  const u0 = Math.min(Math.floor(u), side.countU - 2);
  const v0 = Math.min(Math.floor(v), side.countV - 2);
  out[0] = out[1] = out[2] = 0;
  if (u0 < 0 || v0 < 0) return;
  for (let corner = 0; corner < 4; corner++) {
    const du = corner & 1;
    const dv = corner >> 1;
    const weight = (du ? u - u0 : 1 - u + u0) * (dv ? v - v0 : 1 - v + v0);
    const texel = (side.first + (v0 + dv) * side.countU + u0 + du) * 3;
    for (let k = 0; k < 3; k++)
      out[k] += weight * (map.direct[texel + k] + map.bounced[texel + k] + (withSun ? map.sun[texel + k] : 0));
  }
}
