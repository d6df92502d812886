// The splat nearest to a place: a hash grid at three sizes of cell, since splats lie dense near cameras and sparse far from them.

/** Cells of the coarse levels are so many fine ones wide. */
const levelWidths = [1, 4, 16] as const;

interface Level {
  cellSize: number;
  /** First splat of each bucket; −1 for none. Cells may share a bucket: distances tell them apart. */
  first: Int32Array;
  /** Next splat of the same bucket. */
  next: Int32Array;
}

export class NearestSplat {
  readonly #positions: Float32Array;
  readonly #levels: Level[];
  readonly #mask: number;
  /** Beyond this distance nothing is found, world units. */
  readonly reach: number;

  /**
   * @param positions count × 3
   * @param spacing usual distance of neighbours, same units
   */
  constructor(positions: Float32Array, spacing: number) {
    const count = positions.length / 3;
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * count)));
    this.#mask = buckets - 1;
    this.#positions = positions;
    this.#levels = levelWidths.map((width) => {
      const level = {
        cellSize: 2 * spacing * width,
        first: new Int32Array(buckets).fill(-1),
        next: new Int32Array(count),
      };
      for (let i = 0; i < count; i++) {
        const [x, y, z] = [0, 1, 2].map((k) => Math.floor(positions[3 * i + k] / level.cellSize));
        const bucket = this.#bucketOf(x, y, z);
        level.next[i] = level.first[bucket];
        level.first[bucket] = i;
      }
      return level;
    });
    this.reach = this.#levels[2].cellSize;
  }

  /** Index of the nearest splat within `limit` (at most `reach`); −1 when there is none. */
  at(x: number, y: number, z: number, limit: number): number {
    for (const level of this.#levels) {
      const { cellSize } = level;
      const found = this.#nearestInCells(level, x, y, z, Math.min(limit, cellSize));
      // Cells around hold everything within one cell's width.
      if (found >= 0 || limit <= cellSize) return found;
    }
    return -1;
  }

  /** A quick test that never misses: false when none of the members is within `reach`. */
  near(members: Iterable<number>): (x: number, y: number, z: number) => boolean {
    const size = this.reach;
    const marked = new Uint8Array(this.#mask + 1);
    for (const i of members) {
      const [x, y, z] = [0, 1, 2].map((k) => Math.floor(this.#positions[3 * i + k] / size));
      for (let dx = -1; dx <= 1; dx++)
        for (let dy = -1; dy <= 1; dy++)
          for (let dz = -1; dz <= 1; dz++) marked[this.#bucketOf(x + dx, y + dy, z + dz)] = 1;
    }
    return (x, y, z) => marked[this.#bucketOf(Math.floor(x / size), Math.floor(y / size), Math.floor(z / size))] !== 0;
  }

  #nearestInCells({ cellSize, first, next }: Level, x: number, y: number, z: number, limit: number): number {
    const p = this.#positions;
    const [cx, cy, cz] = [Math.floor(x / cellSize), Math.floor(y / cellSize), Math.floor(z / cellSize)];
    let best = -1;
    let bestSquare = limit * limit;
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++)
        for (let dz = -1; dz <= 1; dz++)
          for (let i = first[this.#bucketOf(cx + dx, cy + dy, cz + dz)]; i >= 0; i = next[i]) {
            const square = (p[3 * i] - x) ** 2 + (p[3 * i + 1] - y) ** 2 + (p[3 * i + 2] - z) ** 2;
            if (square > bestSquare) continue;
            bestSquare = square;
            best = i;
          }
    return best;
  }

  #bucketOf(x: number, y: number, z: number): number {
    const mixed = Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(z, 83492791);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
