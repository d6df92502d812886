// Mean and spread of a quantity that is known at some pixels, over the picture and over a second quantity that is known everywhere.
//
// J. Chen, S. Paris, F. Durand, "Real-time edge-aware image processing with the bilateral grid", SIGGRAPH 2007: splat, blur, slice.

export interface GridCells {
  widthPx: number;
  heightPx: number;
  /** Side of a cell in the picture. */
  acrossPx: number;
  /** Values of the second quantity lie between these, cells of this side; what is outside counts as on the border. */
  first: number;
  last: number;
  along: number;
}

/** What lies around a place of the grid. */
export interface Around {
  /** Pixels that are known, as a share of a whole cell. */
  known: number;
  mean: number;
  /** Standard deviation. */
  spread: number;
}

/** Blurs along each axis: together about a cell of standard deviation. */
const blurs = 2;

export class BilateralGrid {
  readonly #cells: GridCells;
  readonly #size: readonly [columns: number, rows: number, layers: number];
  /** Sums of 1, of the value and of its square. */
  readonly #sums: readonly [Float32Array, Float32Array, Float32Array];

  constructor(cells: GridCells) {
    const { widthPx, heightPx, acrossPx, first, last, along } = cells;
    this.#cells = cells;
    this.#size = [
      Math.ceil(widthPx / acrossPx) + 1,
      Math.ceil(heightPx / acrossPx) + 1,
      Math.ceil((last - first) / along) + 1,
    ];
    const count = this.#size[0] * this.#size[1] * this.#size[2];
    this.#sums = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  }

  /** @param second the second quantity there */
  add(column: number, row: number, second: number, value: number): void {
    const { acrossPx } = this.#cells;
    const [columns, rows] = this.#size;
    const x = Math.round((column + 0.5) / acrossPx);
    const y = Math.round((row + 0.5) / acrossPx);
    const at = (Math.round(this.#layerOf(second)) * rows + y) * columns + x;
    const [ones, values, squares] = this.#sums;
    ones[at]++;
    values[at] += value;
    squares[at] += value * value;
  }

  /** After the last `add`, before the first `at`. */
  blur(): void {
    const [columns, rows, layers] = this.#size;
    for (const sums of this.#sums)
      for (let time = 0; time < blurs; time++) {
        blurAlong(sums, 1, columns);
        blurAlong(sums, columns, rows);
        blurAlong(sums, columns * rows, layers);
      }
  }

  at(column: number, row: number, second: number): Around {
    const { acrossPx } = this.#cells;
    const [columns, rows, layers] = this.#size;
    const x = (column + 0.5) / acrossPx;
    const y = (row + 0.5) / acrossPx;
    const z = this.#layerOf(second);
    const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.min(Math.max(0, layers - 2), Math.floor(z))];
    const [ones, values, squares] = this.#sums;
    let [one, value, square] = [0, 0, 0];
    for (let dz = 0; dz < Math.min(2, layers); dz++)
      for (let dy = 0; dy < 2; dy++)
        for (let dx = 0; dx < 2; dx++) {
          const share = Math.abs(1 - dx - (x - x0)) * Math.abs(1 - dy - (y - y0)) * Math.abs(1 - dz - (z - z0));
          const cell = ((z0 + dz) * rows + Math.min(rows - 1, y0 + dy)) * columns + Math.min(columns - 1, x0 + dx);
          one += share * ones[cell];
          value += share * values[cell];
          square += share * squares[cell];
        }
    const mean = value / one;
    return { known: one / acrossPx ** 2, mean, spread: Math.sqrt(Math.max(0, square / one - mean * mean)) };
  }

  #layerOf(second: number): number {
    const { first, last, along } = this.#cells;
    return (Math.min(last, Math.max(first, second)) - first) / along;
  }
}

/** ¼, ½, ¼ along one axis of the grid; nothing lies beyond its ends. */
function blurAlong(sums: Float32Array, stride: number, length: number): void {
  for (let start = 0; start < sums.length; start += stride * length)
    for (let offset = 0; offset < stride; offset++) {
      let before = 0;
      for (let k = 0, i = start + offset; k < length; k++, i += stride) {
        const own = sums[i];
        const after = k + 1 < length ? sums[i + stride] : 0;
        sums[i] = (before + 2 * own + after) / 4;
        before = own;
      }
    }
}
