// Small patches of a surface compared between photos: zero-mean normalised cross-correlation with the patch bent as the surface lies.

import { projectPoint, rayThroughPixel } from '../../../projects/format/intrinsics.ts';
import { cross, dot, inverse, scaled, subtract, transformPoint, type Vec3 } from '../../../projects/format/sim3.ts';
import type { TrackView } from './track-view.ts';

/** Samples from the middle of a patch to its border, in pixels of the working size. */
const radius = 5;
const side = 2 * radius + 1;
/** Standard deviation of grey (0…1) below which a patch has nothing to recognise. */
const leastContrast = 0.02;

/** Correlation that a pixel of distance costs. */
const farOff = 0.02;

export interface Patch {
  /** side² points of the surface in the world; the middle one is the point itself. */
  points: Vec3[];
  /** side² grey values, mean taken away, unit length. */
  grey: Float32Array;
  /** false: everything looks like it. */
  hasContrast: boolean;
}

/** The patch of surface around a pixel of a photo (full size), as flat as its depth says; null at the border of the photo. */
export function patchAt(view: TrackView, xPx: number, yPx: number, depth: number): Patch | null {
  const { intrinsics, image, worldFromCamera } = view;
  const toPhoto = intrinsics.widthPx / image.widthPx;
  const middle = scaled(rayThroughPixel(intrinsics, xPx, yPx), depth);
  const normal = normalAt(view, xPx, yPx, depth, toPhoto);
  const points: Vec3[] = [];
  const grey = new Float32Array(side * side);
  for (let j = -radius; j <= radius; j++)
    for (let i = -radius; i <= radius; i++) {
      const ray = rayThroughPixel(intrinsics, xPx + i * toPhoto, yPx + j * toPhoto);
      const along = normal ? dot(normal, ray) : 0;
      const z = normal && Math.abs(along) > 1e-9 ? dot(normal, middle) / along : depth;
      // A surface seen edge on bends away without end.
      const usable = z > 0.5 * depth && z < 2 * depth ? z : depth;
      grey[points.length] = sample(view, xPx / toPhoto + i, yPx / toPhoto + j);
      points.push(transformPoint(worldFromCamera, scaled(ray, usable)));
    }
  const contrast = normalise(grey);
  return Number.isNaN(contrast) ? null : { points, grey, hasContrast: contrast >= leastContrast };
}

export interface Match {
  /** In pixels of the upright photo at its full size. */
  xPx: number;
  yPx: number;
  /** ZNCC, −1…1. */
  score: number;
}

/**
 * Where a patch is found in another photo, `offsetPx` (full size) from where it should be and at most `reachPx` (working size) around
 * that, to a fraction of a pixel; null when it lies outside.
 */
export function findPatch(
  view: TrackView,
  { points, grey }: Patch,
  reachPx: number,
  offsetPx: readonly [number, number] = [0, 0],
): Match | null {
  const { intrinsics, image } = view;
  const scale = image.widthPx / intrinsics.widthPx;
  const cameraFromWorld = inverse(view.worldFromCamera);
  const places: number[] = [];
  for (const point of points) {
    const pixel = projectPoint(intrinsics, transformPoint(cameraFromWorld, point));
    if (!pixel) return null;
    places.push((pixel[0] + offsetPx[0]) * scale, (pixel[1] + offsetPx[1]) * scale);
  }
  const width = 2 * reachPx + 1;
  const scores = new Float32Array(width * width);
  const found = new Float32Array(grey.length);
  let best = -1;
  let bestWorth = -Infinity;
  for (let at = 0; at < scores.length; at++) {
    const dx = (at % width) - reachPx;
    const dy = Math.floor(at / width) - reachPx;
    for (let k = 0; k < found.length; k++) found[k] = sample(view, places[2 * k] + dx, places[2 * k + 1] + dy);
    scores[at] = Number.isNaN(normalise(found)) ? -1 : product(grey, found);
    // Patterns repeat: far from where it should be a patch has to fit better.
    const worth = scores[at] - farOff * Math.hypot(dx, dy);
    if (worth > bestWorth) {
      bestWorth = worth;
      best = at;
    }
  }
  if (scores[best] <= -1) return null;
  const column = best % width;
  const row = Math.floor(best / width);
  const inside = column > 0 && row > 0 && column < width - 1 && row < width - 1;
  const dx = column - reachPx + (inside ? peak(scores[best - 1], scores[best], scores[best + 1]) : 0);
  const dy = row - reachPx + (inside ? peak(scores[best - width], scores[best], scores[best + width]) : 0);
  const middle = grey.length - 1;
  return { xPx: (places[middle] + dx) / scale, yPx: (places[middle + 1] + dy) / scale, score: scores[best] };
}

/** Offset of the top of a parabola through three equidistant values. */
function peak(left: number, middle: number, right: number): number {
  const bend = left - 2 * middle + right;
  return bend < -1e-6 ? Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / bend)) : 0;
}

/** Bilinear grey at a pixel of the working size; NaN outside. */
function sample({ image: { widthPx, heightPx, data } }: TrackView, xPx: number, yPx: number): number {
  const x = xPx - 0.5;
  const y = yPx - 0.5;
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  if (!(x0 >= 0 && y0 >= 0 && x0 < widthPx - 1 && y0 < heightPx - 1)) return NaN;
  const at = y0 * widthPx + x0;
  const fx = x - x0;
  const top = data[at] + (data[at + 1] - data[at]) * fx;
  const bottom = data[at + widthPx] + (data[at + widthPx + 1] - data[at + widthPx]) * fx;
  return top + (bottom - top) * (y - y0);
}

/** Takes the mean away and makes the length 1. @returns the standard deviation before; NaN when a value is */
function normalise(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const length = Math.sqrt(squares) || 1;
  for (let k = 0; k < values.length; k++) values[k] = (values[k] - mean) / length;
  return Math.sqrt(squares / values.length);
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** Normal of the surface in camera axes from the depth around; null where the surface ends. */
function normalAt(view: TrackView, xPx: number, yPx: number, depth: number, toPhoto: number): Vec3 | null {
  const step = 3 * toPhoto;
  const around = [
    [step, 0],
    [-step, 0],
    [0, step],
    [0, -step],
  ].map(([dx, dy]): Vec3 | null => {
    const z = view.depth.at(xPx + dx, yPx + dy);
    const isNear = Math.abs(z - depth) < 0.1 * depth;
    return isNear ? scaled(rayThroughPixel(view.intrinsics, xPx + dx, yPx + dy), z) : null;
  });
  const [right, left, below, above] = around;
  return right && left && below && above ? cross(subtract(right, left), subtract(below, above)) : null;
}
