// Shadows: whether something stands between a point and a light.

import type { Vec3 } from '../format/sim3.ts';
import { newHit } from './bvh.ts';
import type { Scene } from './scene.ts';

const ray = newHit();

/** True when a solid that casts shadows lies within `from + t·d`, 0 < t < far. */
export function blocked(scene: Scene, from: Vec3, d: Vec3, far: number): boolean {
  ray.t = far;
  return scene.casting.trace(from, d, 1e-4, ray, true);
}

/** Share 0…1 of the sun that reaches a point, times the cosine; one shadow ray towards a place on its disc. */
export function sunShare(scene: Scene, point: Vec3, normal: Vec3, random: () => number): number {
  const { sun } = scene.lights;
  if (!sun) return 0;
  const d: Vec3 = [
    sun.towards[0] + (random() - 0.5) * 0.022,
    sun.towards[1] + (random() - 0.5) * 0.022,
    sun.towards[2] + (random() - 0.5) * 0.022,
  ];
  const cosine = normal[0] * d[0] + normal[1] * d[1] + normal[2] * d[2];
  if (cosine <= 0) return 0;
  return blocked(scene, point, d, (sun.openBeyondY - point[1]) / d[1]) ? 0 : cosine;
}
