// A view of the Gaussians from any camera, on the CPU: the command line's `render`, held-out views in `eval`, stills of any size.
//
// Splatting as in EWA volume splatting (Zwicker et al. 2001) and 3D Gaussian splatting (Kerbl et al. 2023): each Gaussian becomes an
// ellipse on the picture, blended front to back. Colours are blended in sRGB as the viewers of splat files do.

import type { GaussianColumns } from '../../projects/format/gaussian-chunk.ts';
import type { Intrinsics } from '../../projects/format/intrinsics.ts';
import { compose, inverse, matrixFromQuaternion, type Quaternion, type Sim3 } from '../../projects/format/sim3.ts';

/** Gaussians in the axes of one frame, and where that frame stands. */
export interface PlacedGaussians {
  columns: GaussianColumns;
  worldFromCamera: Sim3;
}

export interface RenderedView {
  widthPx: number;
  heightPx: number;
  /** height × width × 3 sRGB over the background. */
  rgb: Uint8Array;
  /** height × width: camera-axes z where half the light is gone (median depth); NaN where nothing stands. */
  depths: Float32Array;
  /** height × width: how much of the pixel is covered, 0…1. */
  coverage: Float32Array;
  /** height × width: code of the Gaussian at the median depth; 65535 where there is none. */
  featureIdx: Uint16Array;
}

/** An ellipse on the picture, as columns: there are too many for objects. */
interface Ellipses {
  count: number;
  /** count × 6: centre x, y in pixels, inverse covariance a, b, c (a·dx² + 2b·dx·dy + c·dy²), depth. */
  shapes: Float32Array;
  /** count × 2: half extents in pixels where the opacity falls under one step of 255. */
  extents: Float32Array;
  /** count × 4 */
  colors: Uint8Array;
  featureIdx: Uint16Array;
}

/** Nothing nearer than this share of the median depth is drawn: a Gaussian at the lens would cover everything. */
const nearShare = 0.02;
/** Smallest variance of an ellipse in pixels²: a Gaussian smaller than a pixel still colours it. */
const lowPass = 0.3;
const smallestAlpha = 1 / 255;

/**
 * @param camera pixel size, focal lengths and centre; distortion is not drawn
 * @param background sRGB of what stands behind everything
 */
export function renderGaussians(
  scene: readonly PlacedGaussians[],
  worldFromCamera: Sim3,
  camera: Intrinsics,
  background: readonly [number, number, number] = [15, 17, 20],
): RenderedView {
  const ellipses = projectAll(scene, worldFromCamera, camera);
  return blend(ellipses, frontToBack(ellipses), camera, background);
}

function projectAll(scene: readonly PlacedGaussians[], worldFromCamera: Sim3, camera: Intrinsics): Ellipses {
  const total = scene.reduce((sum, { columns }) => sum + columns.count, 0);
  const ellipses: Ellipses = {
    count: 0,
    shapes: new Float32Array(6 * total),
    extents: new Float32Array(2 * total),
    colors: new Uint8Array(4 * total),
    featureIdx: new Uint16Array(total),
  };
  const cameraFromWorld = inverse(worldFromCamera);
  for (const { columns, worldFromCamera: worldFromFrame } of scene)
    projectFrame(columns, compose(cameraFromWorld, worldFromFrame), camera, ellipses);
  return ellipses;
}

function projectFrame(columns: GaussianColumns, cameraFromFrame: Sim3, camera: Intrinsics, out: Ellipses): void {
  const { means, logScales, rotations, colors, featureIdx } = columns;
  const w = matrixFromQuaternion(cameraFromFrame.rotation);
  const s = cameraFromFrame.scale;
  const [tx, ty, tz] = cameraFromFrame.translation;
  const { fxPx, fyPx, cxPx, cyPx, widthPx, heightPx } = camera;
  // Beyond this angle the linearised projection is wrong and would smear ellipses over the picture.
  const limitX = (1.3 * widthPx) / (2 * fxPx);
  const limitY = (1.3 * heightPx) / (2 * fyPx);
  for (let i = 0; i < columns.count; i++) {
    const [mx, my, mz] = [means[3 * i], means[3 * i + 1], means[3 * i + 2]];
    const z = s * (w[6] * mx + w[7] * my + w[8] * mz) + tz;
    if (!(z > 0)) continue;
    const u = (s * (w[0] * mx + w[1] * my + w[2] * mz) + tx) / z;
    const v = (s * (w[3] * mx + w[4] * my + w[5] * mz) + ty) / z;
    if (Math.abs(u) > limitX || Math.abs(v) > limitY) continue;
    const opacity = colors[4 * i + 3] / 255;
    if (opacity < smallestAlpha) continue;
    // Rows of the picture's Jacobian times the rotation into the camera: pixels per unit along the frame's axes.
    const jx = (fxPx * s) / z;
    const jy = (fyPx * s) / z;
    const px = [jx * (w[0] - u * w[6]), jx * (w[1] - u * w[7]), jx * (w[2] - u * w[8])];
    const py = [jy * (w[3] - v * w[6]), jy * (w[4] - v * w[7]), jy * (w[5] - v * w[8])];
    const q = [
      rotations[4 * i] / 32767,
      rotations[4 * i + 1] / 32767,
      rotations[4 * i + 2] / 32767,
      rotations[4 * i + 3] / 32767,
    ];
    const r = matrixFromQuaternion(q as unknown as Quaternion);
    let xx = lowPass;
    let xy = 0;
    let yy = lowPass;
    for (let k = 0; k < 3; k++) {
      const sigma = Math.exp(logScales[3 * i + k]);
      const ax = sigma * (px[0] * r[k] + px[1] * r[3 + k] + px[2] * r[6 + k]);
      const ay = sigma * (py[0] * r[k] + py[1] * r[3 + k] + py[2] * r[6 + k]);
      xx += ax * ax;
      xy += ax * ay;
      yy += ay * ay;
    }
    const determinant = xx * yy - xy * xy;
    if (!(determinant > 0)) continue;
    const reach = Math.sqrt(2 * Math.log(opacity / smallestAlpha));
    const x = fxPx * u + cxPx;
    const y = fyPx * v + cyPx;
    const rx = reach * Math.sqrt(xx);
    const ry = reach * Math.sqrt(yy);
    if (x + rx < 0 || y + ry < 0 || x - rx > widthPx || y - ry > heightPx) continue;
    const n = out.count++;
    out.shapes.set([x, y, yy / determinant, -xy / determinant, xx / determinant, z], 6 * n);
    out.extents[2 * n] = rx;
    out.extents[2 * n + 1] = ry;
    out.colors.set(colors.subarray(4 * i, 4 * i + 4), 4 * n);
    out.featureIdx[n] = featureIdx[i];
  }
}

/** Order by depth, nearest first: a counting sort over 65,536 steps of inverse depth, stable within a step. */
function frontToBack({ count, shapes }: Ellipses): Uint32Array {
  let nearest = Infinity;
  let farthest = 0;
  const sample: number[] = [];
  for (let i = 0; i < count; i++) {
    const z = shapes[6 * i + 5];
    if (i % Math.max(1, Math.floor(count / 2000)) === 0) sample.push(z);
    if (z > farthest) farthest = z;
    if (z < nearest) nearest = z;
  }
  sample.sort((a, b) => a - b);
  const near = Math.max(nearest, nearShare * (sample[sample.length >> 1] ?? 0));
  const range = Math.max(1 / near - 1 / farthest, 1e-12);
  const steps = new Int32Array(count);
  const starts = new Uint32Array(65538);
  for (let i = 0; i < count; i++) {
    const z = shapes[6 * i + 5];
    steps[i] = z < near ? -1 : Math.min(65535, Math.floor(((1 / near - 1 / z) / range) * 65535));
    if (steps[i] >= 0) starts[steps[i] + 1]++;
  }
  for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
  const order = new Uint32Array(starts[65536]);
  for (let i = 0; i < count; i++) if (steps[i] >= 0) order[starts[steps[i]]++] = i;
  return order;
}

function blend(
  ellipses: Ellipses,
  order: Uint32Array,
  camera: Intrinsics,
  background: readonly number[],
): RenderedView {
  const { widthPx: width, heightPx: height } = camera;
  const { shapes, extents, colors, featureIdx } = ellipses;
  const light = new Float32Array(width * height).fill(1);
  const sums = new Float32Array(3 * width * height);
  const depths = new Float32Array(width * height).fill(NaN);
  const codes = new Uint16Array(width * height).fill(65535);
  for (const i of order) {
    const [x, y, a, b, c, z] = shapes.subarray(6 * i, 6 * i + 6);
    const opacity = colors[4 * i + 3] / 255;
    const x0 = Math.max(0, Math.floor(x - extents[2 * i]));
    const x1 = Math.min(width - 1, Math.floor(x + extents[2 * i]));
    const y0 = Math.max(0, Math.floor(y - extents[2 * i + 1]));
    const y1 = Math.min(height - 1, Math.floor(y + extents[2 * i + 1]));
    for (let row = y0; row <= y1; row++) {
      const dy = row + 0.5 - y;
      for (let col = x0; col <= x1; col++) {
        const at = row * width + col;
        const t = light[at];
        if (t < 1e-3) continue;
        const dx = col + 0.5 - x;
        const alpha = opacity * Math.exp(-0.5 * (a * dx * dx + 2 * b * dx * dy + c * dy * dy));
        if (alpha < smallestAlpha) continue;
        const weight = t * alpha;
        sums[3 * at] += weight * colors[4 * i];
        sums[3 * at + 1] += weight * colors[4 * i + 1];
        sums[3 * at + 2] += weight * colors[4 * i + 2];
        light[at] = t - weight;
        if (t > 0.5 && t - weight <= 0.5) {
          depths[at] = z;
          codes[at] = featureIdx[i];
        }
      }
    }
  }
  const rgb = new Uint8Array(3 * width * height);
  for (let at = 0; at < light.length; at++)
    for (let k = 0; k < 3; k++) rgb[3 * at + k] = Math.round(sums[3 * at + k] + light[at] * background[k]);
  return { widthPx: width, heightPx: height, rgb, depths, coverage: light.map((t) => 1 - t), featureIdx: codes };
}
