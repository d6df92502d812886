// Features at places of a photo, from a grid of them.

import { seededRandom } from '../../geometry/linear-algebra/random.ts';
import type { FeatureGrid } from '../../run/photo-features.ts';
import type { RgbImage } from '../../run/reconstructor.ts';

/** Features of more numbers are seen along so many random directions: distances between them survive (Johnson and Lindenstrauss 1984). */
const mostDims = 256;

/** Cells along a side; finer grids are averaged, or many photos would not fit into memory. */
const mostCells = 96;

/** A grid small enough to be kept for many photos; the same directions for every grid of that width. */
export function narrowed(given: FeatureGrid): FeatureGrid {
  const grid = averaged(given, Math.ceil(Math.max(given.rows, given.cols) / mostCells));
  const { dim, vectors, rows, cols } = grid;
  if (dim <= mostDims) return grid;
  const random = seededRandom(dim);
  const directions = Float32Array.from({ length: mostDims * dim }, () => random.normal() / Math.sqrt(dim));
  const out = new Float32Array(rows * cols * mostDims);
  for (let cell = 0; cell < rows * cols; cell++)
    for (let k = 0; k < mostDims; k++) {
      let sum = 0;
      for (let j = 0, d = k * dim, at = cell * dim; j < dim; j++, d++, at++) sum += vectors[at] * directions[d];
      out[cell * mostDims + k] = sum;
    }
  return { ...grid, dim: mostDims, vectors: out };
}

/** Means of squares of `side` × `side` cells; what is left over at the right and below joins the last of them. */
function averaged(grid: FeatureGrid, side: number): FeatureGrid {
  if (side <= 1) return grid;
  const { dim, vectors } = grid;
  const [rows, cols] = [Math.floor(grid.rows / side), Math.floor(grid.cols / side)];
  const out = new Float32Array(rows * cols * dim);
  const counts = new Uint32Array(rows * cols);
  for (let y = 0; y < grid.rows; y++)
    for (let x = 0; x < grid.cols; x++) {
      const cell = Math.min(rows - 1, Math.floor(y / side)) * cols + Math.min(cols - 1, Math.floor(x / side));
      counts[cell]++;
      for (let k = 0, from = (y * grid.cols + x) * dim; k < dim; k++) out[cell * dim + k] += vectors[from + k];
    }
  for (let i = 0; i < out.length; i++) out[i] /= counts[Math.floor(i / dim)];
  return { ...grid, rows, cols, vectors: out };
}

/**
 * Features between the cells of the grid, bilinear; beyond the part that it covers, those of its rim.
 * @param places n × 2: across and down, in shares of the photo's sides
 * @returns n × dim
 */
export function featuresAt({ rows, cols, dim, vectors, place }: FeatureGrid, places: Float32Array): Float32Array {
  const n = places.length / 2;
  const out = new Float32Array(n * dim);
  for (let i = 0; i < n; i++) {
    const x = within(((places[2 * i] - place.left) / place.width) * cols - 0.5, cols);
    const y = within(((places[2 * i + 1] - place.top) / place.height) * rows - 0.5, rows);
    const [col, row] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - col, y - row];
    const right = Math.min(cols - 1, col + 1);
    const below = Math.min(rows - 1, row + 1);
    const [a, b] = [dim * (row * cols + col), dim * (row * cols + right)];
    const [c, d] = [dim * (below * cols + col), dim * (below * cols + right)];
    const [wa, wb, wc, wd] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
    for (let k = 0, at = i * dim; k < dim; k++, at++)
      out[at] = wa * vectors[a + k] + wb * vectors[b + k] + wc * vectors[c + k] + wd * vectors[d + k];
  }
  return out;
}

const within = (value: number, cells: number): number => Math.max(0, Math.min(cells - 1, value));

/** What any features are held against (Feat2GS's IUVRGB): where a pixel is and what colour it has. */
export function placeAndColour({ widthPx, heightPx, data }: RgbImage): FeatureGrid {
  const vectors = new Float32Array(5 * widthPx * heightPx);
  for (let row = 0, i = 0; row < heightPx; row++)
    for (let col = 0; col < widthPx; col++, i++) {
      vectors[5 * i] = (col + 0.5) / widthPx;
      vectors[5 * i + 1] = (row + 0.5) / heightPx;
      for (let k = 0; k < 3; k++) vectors[5 * i + 2 + k] = data[3 * i + k] / 255;
    }
  return { rows: heightPx, cols: widthPx, dim: 5, vectors, place: { left: 0, top: 0, width: 1, height: 1 } };
}
