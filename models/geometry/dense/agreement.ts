// Which depths of a view are confirmed by the depths of other views.

import { compose, inverse, matrixFromQuaternion } from '../../../projects/format/sim3.ts';
import { eachRow } from '../each-row.ts';
import type { DepthMap } from './depth-map.ts';
import type { SweepView } from './view.ts';

export interface SeenDepth {
  /** The camera without its radial terms counts. */
  view: Pick<SweepView, 'camera' | 'worldFromCamera'>;
  map: DepthMap;
}

export interface Agreement {
  /** Per pixel: how many of the other views hold the same surface. */
  views: Uint8Array;
  /** Per pixel: the depth averaged with the agreeing views, in the reference; NaN where there was none. */
  depth: Float32Array;
  /** Per pixel: mean relative difference of the agreeing views; 1 where none agrees. */
  difference: Float32Array;
  /** Per pixel: how many of the other views are sure of a surface behind it, so that they look through it. */
  lookThrough: Uint8Array;
}

/** How far apart two depths of one surface may be: what `px` pixels of parallax between the two views amount to, within limits relative to the depth. */
export interface Tolerance {
  px: number;
  least: number;
  most: number;
}

/** A surface further away by this share is another one. */
const clearlyBehind = 0.04;
/** From this confidence on a view is sure of its depth: other views confirm it. */
export const sureFrom = 0.5;

/**
 * A depth agrees with another view when the point it makes lies there within the tolerance of that view's own depth at the same
 * place (J. L. Schönberger et al., "Pixelwise view selection for unstructured MVS", ECCV 2016, geometric consistency, here in depth).
 */
export function agreementOf(reference: SeenDepth, others: readonly SeenDepth[], tolerance: Tolerance): Agreement {
  const { widthPx, heightPx, depth } = reference.map;
  const n = widthPx * heightPx;
  const views = new Uint8Array(n);
  const sum = new Float32Array(n);
  const absolute = new Float32Array(n);
  const lookThrough = new Uint8Array(n);
  for (const other of others) addAgreement(reference, other, tolerance, views, sum, absolute, lookThrough);
  const merged = new Float32Array(n);
  const difference = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    // Each agreeing view says by which share the surface lies deeper or nearer; the reference itself says by none.
    merged[i] = depth[i] * (1 + sum[i] / (views[i] + 1));
    difference[i] = views[i] > 0 ? absolute[i] / views[i] : 1;
  }
  return { views, depth: merged, difference, lookThrough };
}

function addAgreement(
  { view, map }: SeenDepth,
  other: SeenDepth,
  tolerance: Tolerance,
  views: Uint8Array,
  sum: Float32Array,
  absolute: Float32Array,
  lookThrough: Uint8Array,
): void {
  const { rotation, translation } = compose(inverse({ ...other.view.worldFromCamera, scale: 1 }), {
    ...view.worldFromCamera,
    scale: 1,
  });
  const r = matrixFromQuaternion(rotation);
  const [tx, ty, tz] = translation;
  const a = cameraOf(view, map);
  const b = cameraOf(other.view, other.map);
  const { widthPx: w, heightPx: h, depth: theirs, confidence } = other.map;
  eachRow(map.heightPx, (row) => {
    const v = (row + 0.5 - a.cy) / a.fy;
    for (let column = 0, i = row * map.widthPx; column < map.widthPx; column++, i++) {
      const d = map.depth[i];
      if (!(d > 0)) continue;
      const u = (column + 0.5 - a.cx) / a.fx;
      const z = d * (r[6] * u + r[7] * v + r[8]) + tz;
      if (!(z > 0)) continue;
      const alongX = d * (r[0] * u + r[1] * v + r[2]);
      const alongY = d * (r[3] * u + r[4] * v + r[5]);
      const x = Math.floor((b.fx * (alongX + tx)) / z + b.cx);
      const y = Math.floor((b.fy * (alongY + ty)) / z + b.cy);
      if (x < 0 || y < 0 || x >= w || y >= h) continue;
      const at = y * w + x;
      const relative = theirs[at] / z - 1;
      // The place there, (d · ray + t) / z, moves by so many pixels when d grows by all of itself: little where a camera walks towards it.
      const movePx = (b.fx * Math.hypot(alongX * tz - tx * (z - tz), alongY * tz - ty * (z - tz))) / (z * z);
      const limit = Math.min(tolerance.most, Math.max(tolerance.least, tolerance.px / Math.max(1e-9, movePx)));
      if (relative > clearlyBehind && confidence[at] >= sureFrom) lookThrough[i]++;
      if (!(Math.abs(relative) < limit) || confidence[at] === 0) continue;
      views[i]++;
      sum[i] += relative;
      absolute[i] += Math.abs(relative);
    }
  });
}

/** The view's camera at the size of the depth map. */
function cameraOf({ camera }: SeenDepth['view'], map: DepthMap): { fx: number; fy: number; cx: number; cy: number } {
  const sx = map.widthPx / camera.widthPx;
  const sy = map.heightPx / camera.heightPx;
  return { fx: camera.fxPx * sx, fy: camera.fyPx * sy, cx: camera.cxPx * sx, cy: camera.cyPx * sy };
}
