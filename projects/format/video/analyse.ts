// Sharpness and motion of small grey pictures: what the choice of a video's frames goes by, on the host and in the page.

export interface GreyPicture {
  widthPx: number;
  heightPx: number;
  /** heightPx × widthPx, row by row. */
  data: Uint8Array;
}

/** Blur of a few pixels in full HD is still seen at this width; displacement is measured at a quarter of it. */
export const analysedWidthPx = 512;
const motionShrink = 4;

/** Measures one picture after another, each `analysedWidthPx` wide. */
export class FrameMeter {
  #before: GreyPicture | null = null;

  /** @returns sharpness, and motion since the picture before as a share of the width (0 for the first) */
  measure(picture: GreyPicture): { sharpness: number; motion: number } {
    const small = shrunk(picture, motionShrink);
    const motion = this.#before ? motionBetween(this.#before, small) : 0;
    this.#before = small;
    return { sharpness: sharpnessOf(picture), motion };
  }
}

/** Variance of the Laplacian (Pech-Pacheco et al. 2000): falls with any blur, and compares only pictures of the same scene. */
export function sharpnessOf({ widthPx, heightPx, data }: GreyPicture): number {
  let sum = 0;
  let sumOfSquares = 0;
  for (let y = 1; y < heightPx - 1; y++)
    for (let x = 1; x < widthPx - 1; x++) {
      const at = y * widthPx + x;
      const value = 4 * data[at] - data[at - 1] - data[at + 1] - data[at - widthPx] - data[at + widthPx];
      sum += value;
      sumOfSquares += value * value;
    }
  const count = Math.max(1, (widthPx - 2) * (heightPx - 2));
  return sumOfSquares / count - (sum / count) ** 2;
}

const blockPx = 8;
const reachPx = 6;
/** A block whose grey values spread less has no texture to be followed. */
const leastSpread = 12;

/**
 * How far the picture has moved between two pictures of the same size: mean displacement of the textured blocks by block
 * matching, as a share of the width. Beyond `reachPx` it saturates: then the pictures have little in common.
 */
export function motionBetween(from: GreyPicture, to: GreyPicture): number {
  const { widthPx, heightPx } = from;
  let total = 0;
  let blocks = 0;
  for (let y = reachPx; y + blockPx + reachPx <= heightPx; y += blockPx)
    for (let x = reachPx; x + blockPx + reachPx <= widthPx; x += blockPx) {
      if (spread(from, x, y) < leastSpread) continue;
      total += displacement(from, to, x, y);
      blocks++;
    }
  return blocks > 0 ? total / blocks / widthPx : 0;
}

function spread({ widthPx, data }: GreyPicture, x: number, y: number): number {
  let min = 255;
  let max = 0;
  for (let row = 0; row < blockPx; row++)
    for (let column = 0; column < blockPx; column++) {
      const value = data[(y + row) * widthPx + x + column];
      if (value < min) min = value;
      if (value > max) max = value;
    }
  return max - min;
}

function displacement(from: GreyPicture, to: GreyPicture, x: number, y: number): number {
  // Staying is tried first and must be beaten: noise alone is no motion.
  let best = difference(from, to, x, y, 0, 0, Infinity) * 0.98;
  let distance = 0;
  for (let dy = -reachPx; dy <= reachPx; dy++)
    for (let dx = -reachPx; dx <= reachPx; dx++) {
      const sum = difference(from, to, x, y, dx, dy, best);
      if (sum < best) {
        best = sum;
        distance = Math.hypot(dx, dy);
      }
    }
  return distance;
}

/** Sum of absolute differences; given up as soon as it exceeds `limit`. */
function difference(
  from: GreyPicture,
  to: GreyPicture,
  x: number,
  y: number,
  dx: number,
  dy: number,
  limit: number,
): number {
  const { widthPx } = from;
  let sum = 0;
  for (let row = 0; row < blockPx && sum < limit; row++) {
    const a = (y + row) * widthPx + x;
    const b = a + dy * widthPx + dx;
    for (let column = 0; column < blockPx; column++) sum += Math.abs(from.data[a + column] - to.data[b + column]);
  }
  return sum;
}

/** Mean of squares of `factor` × `factor` pixels; what does not fill a square is left out. */
export function shrunk({ widthPx, heightPx, data }: GreyPicture, factor: number): GreyPicture {
  const small = { widthPx: Math.floor(widthPx / factor), heightPx: Math.floor(heightPx / factor) };
  const target = new Uint8Array(small.widthPx * small.heightPx);
  for (let y = 0; y < small.heightPx; y++)
    for (let x = 0; x < small.widthPx; x++) {
      let sum = 0;
      for (let row = 0; row < factor; row++)
        for (let column = 0; column < factor; column++) sum += data[(y * factor + row) * widthPx + x * factor + column];
      target[y * small.widthPx + x] = sum / (factor * factor);
    }
  return { ...small, data: target };
}
