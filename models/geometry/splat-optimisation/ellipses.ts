// Splats as ellipses on one picture, nearest first.
//
// The local affine approximation of EWA splatting (Zwicker et al. 2001, equation 31) as 3D Gaussian splatting uses it (Kerbl et al. 2023,
// equation 5): the covariance on the picture is the sum of a·aᵀ over the three axes, a = σ · P · r, where r is an axis of the splat and P the
// 2 × 3 Jacobian of the projection at its mean times the rotation into the camera.

import type { Intrinsics } from '../../../projects/format/intrinsics.ts';
import { sigmoid, stride } from './splat-values.ts';
import type { SplatRange, ViewPose } from './view.ts';

/** Smallest variance of an ellipse in pixels²: as `renderGaussians`. */
const lowPass = 0.3;
export const smallestAlpha = 1 / 255;
/** Nothing nearer than this share of the median depth is drawn: a splat at the lens would cover everything. */
const nearShare = 0.02;

/** Numbers of one ellipse: centre x, y; inverse covariance a, b, c; opacity; red, green, blue; half height in pixels. */
export const ellipseStride = 10;
/** Gradients of one ellipse: x, y, a, b, c, opacity's logit, red, green, blue. */
export const gradientStride = 9;

/** Room for the ellipses of one view; used again for every view. */
export class Ellipses {
  count = 0;
  /** count × `ellipseStride`, in the order they were projected. */
  readonly shapes: Float32Array;
  readonly depths: Float32Array;
  /** Splat of each ellipse. */
  readonly splatIdx: Uint32Array;
  /** Ellipses nearest first; `drawn` of them. */
  readonly order: Uint32Array;
  drawn = 0;
  readonly #steps: Int32Array;
  readonly #starts = new Uint32Array(65538);

  constructor(splats: number) {
    this.shapes = new Float32Array(ellipseStride * splats);
    this.depths = new Float32Array(splats);
    this.splatIdx = new Uint32Array(splats);
    this.order = new Uint32Array(splats);
    this.#steps = new Int32Array(splats);
  }

  /** Order by depth: a counting sort over 65,536 steps of inverse depth, stable within a step. */
  sort(): void {
    const { count, depths, order } = this;
    let nearest = Infinity;
    let farthest = 0;
    const sample: number[] = [];
    const every = Math.max(1, Math.floor(count / 2000));
    for (let i = 0; i < count; i++) {
      const z = depths[i];
      if (i % every === 0) sample.push(z);
      if (z > farthest) farthest = z;
      if (z < nearest) nearest = z;
    }
    sample.sort((a, b) => a - b);
    const near = Math.max(nearest, nearShare * (sample[sample.length >> 1] ?? 0));
    const perInverse = 65535 / Math.max(1 / near - 1 / farthest, 1e-12);
    const steps = this.#steps;
    const starts = this.#starts.fill(0);
    for (let i = 0; i < count; i++) {
      const z = depths[i];
      const step = z < near ? -1 : Math.min(65535, Math.floor((1 / near - 1 / z) * perInverse));
      steps[i] = step;
      if (step >= 0) starts[step + 1]++;
    }
    for (let k = 1; k < 65537; k++) starts[k] += starts[k - 1];
    this.drawn = starts[65536];
    for (let i = 0; i < count; i++) if (steps[i] >= 0) order[starts[steps[i]]++] = i;
  }
}

/** @param without splats that are left out */
export function projectSplats(
  values: Float32Array,
  splats: number,
  pose: ViewPose,
  camera: Intrinsics,
  out: Ellipses,
  without: SplatRange | null = null,
): void {
  const [w0, w1, w2, w3, w4, w5, w6, w7, w8] = Array.from(pose.rotation);
  const [tx, ty, tz] = Array.from(pose.translation);
  const { fxPx, fyPx, cxPx, cyPx, widthPx, heightPx } = camera;
  // Beyond this angle the linearised projection is wrong and would smear ellipses over the picture.
  const limitX = (1.3 * widthPx) / (2 * fxPx);
  const limitY = (1.3 * heightPx) / (2 * fyPx);
  const { shapes, depths, splatIdx } = out;
  const leaveFrom = without?.from ?? 0;
  const leaveTo = without?.to ?? 0;
  let n = 0;
  for (let i = 0; i < splats; i++) {
    if (i >= leaveFrom && i < leaveTo) continue;
    const o = stride * i;
    const mx = values[o];
    const my = values[o + 1];
    const mz = values[o + 2];
    const z = w6 * mx + w7 * my + w8 * mz + tz;
    if (!(z > 0)) continue;
    const u = (w0 * mx + w1 * my + w2 * mz + tx) / z;
    const v = (w3 * mx + w4 * my + w5 * mz + ty) / z;
    if (Math.abs(u) > limitX || Math.abs(v) > limitY) continue;
    const opacity = sigmoid(values[o + 13]);
    if (opacity < smallestAlpha) continue;
    const jx = fxPx / z;
    const jy = fyPx / z;
    const px0 = jx * (w0 - u * w6);
    const px1 = jx * (w1 - u * w7);
    const px2 = jx * (w2 - u * w8);
    const py0 = jy * (w3 - v * w6);
    const py1 = jy * (w4 - v * w7);
    const py2 = jy * (w5 - v * w8);
    let qx = values[o + 6];
    let qy = values[o + 7];
    let qz = values[o + 8];
    let qw = values[o + 9];
    const unit = 1 / Math.sqrt(qx * qx + qy * qy + qz * qz + qw * qw);
    qx *= unit;
    qy *= unit;
    qz *= unit;
    qw *= unit;
    const s0 = Math.exp(values[o + 3]);
    const s1 = Math.exp(values[o + 4]);
    const s2 = Math.exp(values[o + 5]);
    // The three axes of the splat are the columns of its rotation matrix.
    let rx = 1 - 2 * (qy * qy + qz * qz);
    let ry = 2 * (qx * qy + qz * qw);
    let rz = 2 * (qx * qz - qy * qw);
    let ax = s0 * (px0 * rx + px1 * ry + px2 * rz);
    let ay = s0 * (py0 * rx + py1 * ry + py2 * rz);
    let xx = lowPass + ax * ax;
    let xy = ax * ay;
    let yy = lowPass + ay * ay;
    rx = 2 * (qx * qy - qz * qw);
    ry = 1 - 2 * (qx * qx + qz * qz);
    rz = 2 * (qy * qz + qx * qw);
    ax = s1 * (px0 * rx + px1 * ry + px2 * rz);
    ay = s1 * (py0 * rx + py1 * ry + py2 * rz);
    xx += ax * ax;
    xy += ax * ay;
    yy += ay * ay;
    rx = 2 * (qx * qz + qy * qw);
    ry = 2 * (qy * qz - qx * qw);
    rz = 1 - 2 * (qx * qx + qy * qy);
    ax = s2 * (px0 * rx + px1 * ry + px2 * rz);
    ay = s2 * (py0 * rx + py1 * ry + py2 * rz);
    xx += ax * ax;
    xy += ax * ay;
    yy += ay * ay;
    const determinant = xx * yy - xy * xy;
    if (!(determinant > 0)) continue;
    const reach = Math.sqrt(2 * Math.log(opacity / smallestAlpha));
    const x = fxPx * u + cxPx;
    const y = fyPx * v + cyPx;
    const halfWidth = reach * Math.sqrt(xx);
    const halfHeight = reach * Math.sqrt(yy);
    if (x + halfWidth < 0 || y + halfHeight < 0 || x - halfWidth > widthPx || y - halfHeight > heightPx) continue;
    const e = ellipseStride * n;
    shapes[e] = x;
    shapes[e + 1] = y;
    shapes[e + 2] = yy / determinant;
    shapes[e + 3] = -xy / determinant;
    shapes[e + 4] = xx / determinant;
    shapes[e + 5] = opacity;
    shapes[e + 6] = values[o + 10];
    shapes[e + 7] = values[o + 11];
    shapes[e + 8] = values[o + 12];
    shapes[e + 9] = halfHeight;
    depths[n] = z;
    splatIdx[n] = i;
    n++;
  }
  out.count = n;
  out.sort();
}
