// Where a small patch of one picture lies in the next: pyramidal Lucas–Kanade.
//
// B. D. Lucas and T. Kanade, IJCAI 1981; from coarse to fine as J.-Y. Bouguet, "Pyramidal implementation of the affine Lucas Kanade
// feature tracker", Intel 2001. Mean and contrast are taken out, so that a change of the light does no harm.

import type { GrayImage } from '../features/gray-image.ts';

/** Samples from the middle of a patch to its border. */
const radius = 5;
const side = 2 * radius + 1;
const area = side * side;
const wide = side + 2;
const mostSteps = 12;
/** Pixels of a level under which a step is the last. */
const smallStep = 0.02;
/** Least mean square of the gradient across the direction of least structure, grey 0…1 per pixel: under it noise decides. */
const leastStructure = 1.5e-5;
/** Least correlation of the patch with what it was found at. */
const leastLikeness = 0.85;

const padded = new Float32Array(wide * wide);
const template = new Float32Array(area);
const gradientX = new Float32Array(area);
const gradientY = new Float32Array(area);
const found = new Float32Array(area);

export interface Place {
  /** In pixels of the finest level, the centre of the top left one being (0.5, 0.5). */
  x: number;
  y: number;
}

/** @param guess where it may be: a few pixels of the coarsest level off at most. null: lost, outside, or nothing to hold on to */
export function trackPatch(
  from: readonly GrayImage[],
  to: readonly GrayImage[],
  { x, y }: Place,
  guess: Place,
): Place | null {
  let dx = guess.x - x;
  let dy = guess.y - y;
  for (let level = from.length - 1; level >= 0; level--) {
    const scale = 1 / 2 ** level;
    const moved = step(from[level], to[level], x * scale, y * scale, dx * scale, dy * scale, level === 0);
    if (moved) [dx, dy] = [moved[0] / scale, moved[1] / scale];
    // A coarse level may be too plain or too near the border; the finest must hold.
    else if (level === 0) return null;
  }
  return { x: x + dx, y: y + dy };
}

/** The motion at one level, or null. */
function step(
  from: GrayImage,
  to: GrayImage,
  x: number,
  y: number,
  startX: number,
  startY: number,
  isFinest: boolean,
): [number, number] | null {
  if (!sample(from, x, y, wide, padded)) return null;
  let meanX = 0;
  let meanY = 0;
  let mean = 0;
  for (let row = 0, i = 0; row < side; row++)
    for (let column = 0; column < side; column++, i++) {
      const at = (row + 1) * wide + column + 1;
      template[i] = padded[at];
      gradientX[i] = 0.5 * (padded[at + 1] - padded[at - 1]);
      gradientY[i] = 0.5 * (padded[at + wide] - padded[at - wide]);
      mean += template[i];
      meanX += gradientX[i];
      meanY += gradientY[i];
    }
  mean /= area;
  meanX /= area;
  meanY /= area;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  let power = 0;
  for (let i = 0; i < area; i++) {
    template[i] -= mean;
    gradientX[i] -= meanX;
    gradientY[i] -= meanY;
    xx += gradientX[i] * gradientX[i];
    xy += gradientX[i] * gradientY[i];
    yy += gradientY[i] * gradientY[i];
    power += template[i] * template[i];
  }
  const determinant = xx * yy - xy * xy;
  const least = (xx + yy - Math.sqrt((xx - yy) ** 2 + 4 * xy * xy)) / 2;
  if (least < leastStructure * area) return null;
  let dx = startX;
  let dy = startY;
  for (let n = 0; ; n++) {
    if (!sample(to, x + dx, y + dy, side, found)) return null;
    let foundMean = 0;
    for (let i = 0; i < area; i++) foundMean += found[i];
    foundMean /= area;
    let foundPower = 0;
    for (let i = 0; i < area; i++) {
      found[i] -= foundMean;
      foundPower += found[i] * found[i];
    }
    const contrast = Math.sqrt(power / Math.max(1e-9, foundPower));
    let bx = 0;
    let by = 0;
    for (let i = 0; i < area; i++) {
      const difference = contrast * found[i] - template[i];
      bx += difference * gradientX[i];
      by += difference * gradientY[i];
    }
    const stepX = (xy * by - yy * bx) / determinant;
    const stepY = (xy * bx - xx * by) / determinant;
    dx += stepX;
    dy += stepY;
    if (Math.abs(dx - startX) > side || Math.abs(dy - startY) > side) return null;
    if (Math.abs(stepX) + Math.abs(stepY) < smallStep || n + 1 >= mostSteps) {
      if (isFinest && common() * contrast < leastLikeness * power) return null;
      return [dx, dy];
    }
  }
}

/** What the template and what was sampled last have in common: their scalar product. */
function common(): number {
  let sum = 0;
  for (let i = 0; i < area; i++) sum += found[i] * template[i];
  return sum;
}

/** A square of samples around a place; false when it does not lie inside. */
function sample(
  { widthPx: w, heightPx: h, data }: GrayImage,
  x: number,
  y: number,
  count: number,
  out: Float32Array,
): boolean {
  const left = x - 0.5 - (count >> 1);
  const top = y - 0.5 - (count >> 1);
  if (!(left >= 0 && top >= 0 && left + count < w && top + count < h)) return false;
  const x0 = Math.floor(left);
  const y0 = Math.floor(top);
  const fx = left - x0;
  const fy = top - y0;
  const a = (1 - fx) * (1 - fy);
  const b = fx * (1 - fy);
  const c = (1 - fx) * fy;
  const d = fx * fy;
  for (let row = 0, i = 0; row < count; row++) {
    let at = (y0 + row) * w + x0;
    for (let column = 0; column < count; column++, i++, at++)
      out[i] = a * data[at] + b * data[at + 1] + c * data[at + w] + d * data[at + w + 1];
  }
  return true;
}
