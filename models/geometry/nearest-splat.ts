// The splat nearest to a place: a hash grid at four sizes of cell, since splats lie dense near cameras and sparse far from them.

/** Cells of the coarse levels are so many fine ones wide. */
const levelWidths = [1, 4, 16, 64] as const;
/** Cells in a row along x lie side by side in memory, so many of them. */
const rowCells = 256;

interface Level {
  cellSize: number;
  /** Where each bucket begins in `items`; one more entry than buckets. Cells may share a bucket: distances tell them apart. */
  starts: Int32Array;
  /** Splats by bucket. */
  items: Int32Array;
  /** Their positions in the same order, × 3: a search reads memory in rows. */
  positions: Float32Array;
}

export class NearestSplat {
  readonly #positions: Float32Array;
  readonly #levels: Level[];
  readonly #mask: number;
  /** Beyond this distance nothing is found, world units. */
  readonly reach: number;

  /**
   * @param positions count × 3
   * @param spacing distance of neighbours where they lie dense, same units
   */
  constructor(positions: Float32Array, spacing: number) {
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(16, (2 * positions.length) / 3)));
    this.#mask = buckets - 1;
    this.#positions = positions;
    this.#levels = levelWidths.map((width) => sortedByCell(positions, 2 * spacing * width, this.#mask));
    this.reach = this.#levels[this.#levels.length - 1].cellSize;
  }

  /** Index of the nearest splat within `limit` (at most `reach`); −1 when there is none. */
  at(x: number, y: number, z: number, limit: number): number {
    const mask = this.#mask;
    for (const level of this.#levels) {
      const { cellSize } = level;
      // Cells around hold everything within one cell's width.
      const found = nearestInCells(level, mask, x, y, z, Math.min(limit, cellSize));
      if (found >= 0 || limit <= cellSize) return found;
    }
    return -1;
  }

  /** A quick test that never misses: false when none of the members is within `reach`. */
  near(members: Iterable<number>): (x: number, y: number, z: number) => boolean {
    const size = this.reach;
    const mask = this.#mask;
    const marked = new Uint8Array(mask + 1 + rowCells);
    const p = this.#positions;
    for (const i of members) {
      const [x, y, z] = [Math.floor(p[3 * i] / size), Math.floor(p[3 * i + 1] / size), Math.floor(p[3 * i + 2] / size)];
      for (let dx = -1; dx <= 1; dx++)
        for (let dy = -1; dy <= 1; dy++)
          for (let dz = -1; dz <= 1; dz++) marked[bucketOf(x + dx, y + dy, z + dz, mask)] = 1;
    }
    return (x, y, z) => marked[bucketOf(Math.floor(x / size), Math.floor(y / size), Math.floor(z / size), mask)] !== 0;
  }
}

function sortedByCell(positions: Float32Array, cellSize: number, mask: number): Level {
  const count = positions.length / 3;
  const bucketOfSplat = new Int32Array(count);
  const starts = new Int32Array(mask + 2 + rowCells);
  for (let i = 0; i < count; i++) {
    const x = Math.floor(positions[3 * i] / cellSize);
    const y = Math.floor(positions[3 * i + 1] / cellSize);
    const z = Math.floor(positions[3 * i + 2] / cellSize);
    bucketOfSplat[i] = bucketOf(x, y, z, mask);
    starts[bucketOfSplat[i] + 1]++;
  }
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket] += starts[bucket - 1];
  const next = starts.slice();
  const items = new Int32Array(count);
  const sorted = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const at = next[bucketOfSplat[i]]++;
    items[at] = i;
    for (let k = 0; k < 3; k++) sorted[3 * at + k] = positions[3 * i + k];
  }
  return { cellSize, starts, items, positions: sorted };
}

function nearestInCells(
  { cellSize, starts, items, positions: p }: Level,
  mask: number,
  x: number,
  y: number,
  z: number,
  limit: number,
): number {
  const [cx, cy, cz] = [Math.floor(x / cellSize), Math.floor(y / cellSize), Math.floor(z / cellSize)];
  let best = -1;
  let bestSquare = limit * limit;
  for (let dy = -1; dy <= 1; dy++)
    for (let dz = -1; dz <= 1; dz++)
      for (let dx = -1; dx <= 1; dx++) {
        const bucket = bucketOf(cx + dx, cy + dy, cz + dz, mask);
        for (let at = starts[bucket]; at < starts[bucket + 1]; at++) {
          const square = (p[3 * at] - x) ** 2 + (p[3 * at + 1] - y) ** 2 + (p[3 * at + 2] - z) ** 2;
          if (square > bestSquare) continue;
          bestSquare = square;
          best = items[at];
        }
      }
  return best;
}

function bucketOf(x: number, y: number, z: number, mask: number): number {
  const mixed = Math.imul(y, 19349663) ^ Math.imul(z, 83492791) ^ Math.imul(x >> 8, 73856093);
  return ((mixed ^ (mixed >>> 15)) & mask) + (x & (rowCells - 1));
}
