// Bakes soft light into a lightmap: straight from windows, lamps and the sun first, then one bounce more per pass.

import type { Vec3 } from '../format/sim3.ts';
import { newHit } from './bvh.ts';
import type { Hit } from './intersect.ts';
import { lightAt, ownHalf, type Lightmap, type Side } from './lightmap.ts';
import { randomStream } from './noise.ts';
import type { Scene } from './scene.ts';
import { blocked, sunShare } from './shadow.ts';
import { newSurface, surfaceAt, type Rgb, type Solid } from './solid.ts';

const ray = newHit();
const surface = newSurface();
const albedo: Rgb = [0, 0, 0];
const light: Rgb = [0, 0, 0];
const sidePoint: Hit = { t: 0, x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0 };

/** Bakes the texels of solids `begin … end−1`: pass 0 the direct light, later passes one more bounce each into `into`. */
export function bakeSolids(
  scene: Scene,
  map: Lightmap,
  begin: number,
  end: number,
  pass: number,
  rays: number,
  into: Float32Array,
): void {
  for (let solidIdx = begin; solidIdx < end; solidIdx++) {
    const solid = scene.solids[solidIdx];
    if (solid.emission > 0) continue;
    const random = randomStream(solidIdx * 131 + pass);
    map.sides[solidIdx].forEach((side, sideIdx) => {
      for (let v = 0; v < side.countV; v++)
        for (let u = 0; u < side.countU; u++) {
          const texel = side.first + v * side.countU + u;
          if (pass > 0 && map.valid[texel] === 0) continue;
          const place = texelPlace(scene, solid, sideIdx, (u + 0.5) / side.countU, (v + 0.5) / side.countV);
          if (!place) continue;
          map.valid[texel] = 1;
          if (pass === 0) bakeDirect(scene, map, texel, place.point, place.normal, rays, random);
          else into.set(gatherBounce(scene, map, place.point, place.normal, rays, random), texel * 3);
        }
      if (pass === 0) [map.direct, map.sun].forEach((values) => fillGaps(side, map.valid, values));
      else {
        fillGaps(side, map.valid, into);
        soften(side, into);
      }
    });
  }
}

/** Point just above the surface under a texel and its normal, in the world; null where nothing can be seen there. */
function texelPlace(
  scene: Scene,
  solid: Solid,
  sideIdx: number,
  s: number,
  t: number,
): { point: Vec3; normal: Vec3 } | null {
  const axis = sideIdx >> 1;
  const sign = sideIdx % 2 === 0 ? -1 : 1;
  const half = ownHalf(solid);
  const u = (2 * s - 1) * half[axis === 0 ? 1 : 0];
  const v = (2 * t - 1) * half[axis === 2 ? 1 : 2];
  const from = sign * (half[axis] + 0.01);
  const o = axis === 0 ? [from, u, v] : axis === 1 ? [u, from, v] : [u, v, from];
  const d = [1e-9, 1e-9, 1e-9];
  d[axis] = -sign;
  sidePoint.t = half[axis] * 2 + 0.02;
  if (!solid.intersectOwn({ ox: o[0], oy: o[1], oz: o[2], dx: d[0], dy: d[1], dz: d[2], near: 0 }, sidePoint))
    return null;
  const { m, centre } = solid;
  const world = (x: number, y: number, z: number, row: number): number => m[row] * x + m[row + 1] * y + m[row + 2] * z;
  const { x, y, z, nx, ny, nz } = sidePoint;
  const normal: Vec3 = [world(nx, ny, nz, 0), world(nx, ny, nz, 3), world(nx, ny, nz, 6)];
  const point = [0, 1, 2].map((k) => centre[k] + world(x, y, z, k * 3) + normal[k] * 0.002) as [number, number, number];
  for (let k = 0; k < 3; k++) if (point[k] < scene.min[k] || point[k] > scene.max[k]) return null;
  return scene.solids.some((other) => other !== solid && other.emission === 0 && other.contains(point, 0.0005))
    ? null
    : { point, normal };
}

function bakeDirect(
  scene: Scene,
  map: Lightmap,
  texel: number,
  point: Vec3,
  normal: Vec3,
  rays: number,
  random: () => number,
): void {
  const sum: Rgb = [0, 0, 0];
  const { windows, lamps, sun } = scene.lights;
  const across = Math.max(2, Math.round(Math.sqrt(rays / 2)));
  for (const { centre, edgeA, edgeB, normal: inward, light } of windows) {
    const area = 4 * Math.hypot(...edgeA) * Math.hypot(...edgeB);
    for (let i = 0; i < across * across; i++) {
      const a = (2 * ((i % across) + random())) / across - 1;
      const b = (2 * (Math.floor(i / across) + random())) / across - 1;
      const d = [0, 1, 2].map((k) => centre[k] + a * edgeA[k] + b * edgeB[k] - point[k]) as [number, number, number];
      // Bounded below: a sample next to the opening must not outshine all others.
      const distance2 = Math.max(0.05, d[0] ** 2 + d[1] ** 2 + d[2] ** 2);
      const here = d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2];
      const there = -(d[0] * inward[0] + d[1] * inward[1] + d[2] * inward[2]);
      if (here <= 0 || there <= 0 || blocked(scene, point, d, 0.999)) continue;
      const share = (area * here * there) / (distance2 * distance2 * Math.PI * across * across);
      for (let k = 0; k < 3; k++) sum[k] += light[k] * share;
    }
  }
  for (const { centre, radius, light } of lamps)
    for (let i = 0; i < rays / 4; i++) {
      const d = [0, 1, 2].map((k) => centre[k] + (random() - 0.5) * 2 * radius - point[k]) as [number, number, number];
      const distance2 = Math.max(0.05, d[0] ** 2 + d[1] ** 2 + d[2] ** 2);
      const here = d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2];
      if (here <= 0 || blocked(scene, point, d, 1)) continue;
      const share = here / (Math.sqrt(distance2) * (distance2 + radius * radius) * (rays / 4));
      for (let k = 0; k < 3; k++) sum[k] += light[k] * share;
    }
  map.direct.set(sum, texel * 3);
  let lit = 0;
  for (let i = 0; i < 4; i++) lit += sunShare(scene, point, normal, random) / 4;
  if (sun)
    map.sun.set(
      sun.light.map((value) => value * lit),
      texel * 3,
    );
}

/** Mean light that arrives from other surfaces: cosine-weighted rays, stratified. */
function gatherBounce(scene: Scene, map: Lightmap, point: Vec3, normal: Vec3, rays: number, random: () => number): Rgb {
  const sum: Rgb = [0, 0, 0];
  const side: Vec3 = Math.abs(normal[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const tx = normal[1] * side[2] - normal[2] * side[1];
  const ty = normal[2] * side[0] - normal[0] * side[2];
  const tz = normal[0] * side[1] - normal[1] * side[0];
  const l = Math.hypot(tx, ty, tz);
  const tangent = [tx / l, ty / l, tz / l];
  const other = [0, 1, 2].map(
    (k) => normal[(k + 1) % 3] * tangent[(k + 2) % 3] - normal[(k + 2) % 3] * tangent[(k + 1) % 3],
  );
  const across = Math.round(Math.sqrt(rays));
  for (let i = 0; i < across * across; i++) {
    const radius2 = ((i % across) + random()) / across;
    const angle = ((Math.floor(i / across) + random()) / across) * 2 * Math.PI;
    const r = Math.sqrt(radius2);
    const [a, b, c] = [r * Math.cos(angle), r * Math.sin(angle), Math.sqrt(1 - radius2)];
    const d = [0, 1, 2].map((k) => a * tangent[k] + b * other[k] + c * normal[k]) as [number, number, number];
    ray.t = 50;
    if (!scene.casting.trace(point, d, 1e-4, ray)) continue;
    surfaceAt(scene.solids[ray.solidIdx], ray, surface);
    scene.solids[ray.solidIdx].material(surface, albedo);
    lightAt(map, scene.solids[ray.solidIdx], ray.solidIdx, surface, true, light);
    for (let k = 0; k < 3; k++) sum[k] += albedo[k] * light[k];
  }
  return [sum[0] / across ** 2, sum[1] / across ** 2, sum[2] / across ** 2];
}

/** Gives texels that lie inside something the mean of their neighbours, so that no darkness seeps out from under furniture. */
function fillGaps(side: Side, valid: Uint8Array, values: Float32Array): void {
  const known = valid.slice(side.first, side.first + side.countU * side.countV);
  for (let round = 0; round < 6; round++) {
    const before = known.slice();
    for (let i = 0; i < known.length; i++) {
      if (before[i]) continue;
      const around = neighbours(side, i).filter((n) => before[n]);
      if (around.length === 0) continue;
      known[i] = 1;
      for (let k = 0; k < 3; k++)
        values[(side.first + i) * 3 + k] =
          around.reduce((s, n) => s + values[(side.first + n) * 3 + k], 0) / around.length;
    }
  }
}

function soften(side: Side, values: Float32Array): void {
  const before = values.slice(side.first * 3, (side.first + side.countU * side.countV) * 3);
  for (let i = 0; i < side.countU * side.countV; i++) {
    const around = [i, i, ...neighbours(side, i)];
    for (let k = 0; k < 3; k++)
      values[(side.first + i) * 3 + k] = around.reduce((s, n) => s + before[n * 3 + k], 0) / around.length;
  }
}

function neighbours({ countU, countV }: Side, i: number): number[] {
  const u = i % countU;
  const v = Math.floor(i / countU);
  const found: number[] = [];
  for (let dv = -1; dv <= 1; dv++)
    for (let du = -1; du <= 1; du++)
      if ((du !== 0 || dv !== 0) && u + du >= 0 && u + du < countU && v + dv >= 0 && v + dv < countV)
        found.push(i + dv * countU + du);
  return found;
}
