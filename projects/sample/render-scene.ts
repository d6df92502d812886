// One picture of a scene with its truth: colour, depth, class and instance of every pixel.

import type { Intrinsics } from '../format/intrinsics.ts';
import { rayThroughPixel } from '../format/intrinsics.ts';
import { matrixFromQuaternion, type Sim3, type Vec3 } from '../format/sim3.ts';
import { newHit } from './bvh.ts';
import { lightAt, type Lightmap } from './lightmap.ts';
import { hash, randomStream } from './noise.ts';
import type { Scene } from './scene.ts';
import { sunShare } from './shadow.ts';
import { newSurface, surfaceAt, type Rgb, type Solid } from './solid.ts';

export interface SceneCamera {
  intrinsics: Intrinsics;
  worldFromCamera: Sim3;
}

export interface RenderOptions {
  /** Rays per pixel are this number squared; default 1. */
  raysAcross?: number;
  /** Baked light; without it surfaces are shaded by their direction only, alike from every side. */
  lightmap?: Lightmap | null;
  /** Factor on light before tone mapping; default 1. */
  exposure?: number;
  /** Standard deviation of sensor noise in grey levels 0…255, and its seed; default none. */
  noise?: { sigma: number; seed: number } | null;
}

export interface RenderedView {
  widthPx: number;
  heightPx: number;
  /** Three bytes per pixel, sRGB. */
  rgb: Uint8Array;
  /** Metres along the viewing axis through the pixel's centre; 0 where there is nothing. */
  depth: Float32Array;
  /** Class id per pixel, 0 nothing. */
  labels: Uint8Array;
  /** Instance id per pixel, 0 nothing. */
  instances: Uint16Array;
}

const hit = newHit();
const surface = newSurface();
const albedo: Rgb = [0, 0, 0];
const light: Rgb = [0, 0, 0];

/** Renders by one nearest-surface ray per sample; the same scene, camera and options give the same bytes. */
export function renderScene(scene: Scene, camera: SceneCamera, options: RenderOptions = {}): RenderedView {
  const { raysAcross = 1, lightmap = null, exposure = 1, noise = null } = options;
  const { widthPx, heightPx } = camera.intrinsics;
  const count = widthPx * heightPx;
  const view: RenderedView = {
    widthPx,
    heightPx,
    rgb: new Uint8Array(count * 3),
    depth: new Float32Array(count),
    labels: new Uint8Array(count),
    instances: new Uint16Array(count),
  };
  const m = matrixFromQuaternion(camera.worldFromCamera.rotation);
  const origin = camera.worldFromCamera.translation;
  const directionOf = (xPx: number, yPx: number): Vec3 => {
    const [x, y] = rayThroughPixel(camera.intrinsics, xPx, yPx);
    return [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5], m[6] * x + m[7] * y + m[8]];
  };
  const random = randomStream(4711);
  const centreX = widthPx / 2;
  const centreY = heightPx / 2;
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x;
      hit.t = Infinity;
      if (scene.visible.trace(origin, directionOf(x + 0.5, y + 0.5), 1e-4, hit)) {
        const { instanceId } = scene.solids[hit.solidIdx];
        view.depth[at] = hit.t;
        view.instances[at] = instanceId;
        view.labels[at] = scene.instances[instanceId - 1].classId;
      }
      const sum: Rgb = [0, 0, 0];
      for (let i = 0; i < raysAcross * raysAcross; i++) {
        const jitter = raysAcross > 1 ? random : half;
        const sx = x + ((i % raysAcross) + jitter()) / raysAcross;
        const sy = y + (Math.floor(i / raysAcross) + jitter()) / raysAcross;
        addLight(scene, lightmap, origin, directionOf(sx, sy), random, sum);
      }
      // Lenses pass less light towards the corners.
      const off2 = ((x - centreX) ** 2 + (y - centreY) ** 2) / (centreX ** 2 + centreY ** 2);
      const factor = (exposure * (lightmap ? 1 - 0.18 * off2 : 1)) / raysAcross ** 2;
      for (let k = 0; k < 3; k++) {
        const level = 255 * encoded(lightmap ? rolledOff(sum[k] * factor) : Math.min(1, sum[k] * factor));
        view.rgb[at * 3 + k] = Math.round(
          Math.min(255, Math.max(0, level + (noise ? gauss(x, y, k, noise.seed) * noise.sigma : 0))),
        );
      }
    }
  return view;
}

const half = (): number => 0.5;

function addLight(scene: Scene, lightmap: Lightmap | null, o: Vec3, d: Vec3, random: () => number, sum: Rgb): void {
  hit.t = Infinity;
  if (!scene.visible.trace(o, d, 1e-4, hit)) return;
  const solidIdx = hit.solidIdx;
  const solid = scene.solids[solidIdx];
  surfaceAt(solid, hit, surface);
  solid.material(surface, albedo);
  const normal = worldNormal(solid);
  if (solid.emission > 0) light.fill(solid.emission);
  else if (lightmap) {
    lightAt(lightmap, solid, solidIdx, surface, false, light);
    const { sun } = scene.lights;
    const above: Vec3 = [
      surface.worldX + normal[0] * 1e-3,
      surface.worldY + normal[1] * 1e-3,
      surface.worldZ + normal[2] * 1e-3,
    ];
    const share = sun ? sunShare(scene, above, normal, random) : 0;
    if (sun && share > 0) for (let k = 0; k < 3; k++) light[k] += sun.light[k] * share;
  } else light.fill(0.8 + 0.08 * normal[0] - 0.05 * normal[1] + 0.12 * normal[2]);
  for (let k = 0; k < 3; k++) sum[k] += albedo[k] * light[k];
}

function worldNormal({ m }: Solid): Vec3 {
  const { nx, ny, nz } = hit;
  return [m[0] * nx + m[1] * ny + m[2] * nz, m[3] * nx + m[4] * ny + m[5] * nz, m[6] * nx + m[7] * ny + m[8] * nz];
}

/** Roll-off of bright light to 0…1 with white at 5: the extended operator of Reinhard et al. (2002), eq. 4, with a little contrast. */
function rolledOff(x: number): number {
  return Math.min(1, ((x * (1 + x / 25)) / (1 + x)) ** 1.12);
}

function encoded(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** About standard normal: three uniform numbers added. */
function gauss(x: number, y: number, k: number, seed: number): number {
  return 2 * (hash(x, y, k, seed) + hash(x, y, k + 3, seed) + hash(x, y, k + 6, seed)) - 3;
}
