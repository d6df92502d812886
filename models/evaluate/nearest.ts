// Nearest neighbour in a fixed point set: a balanced k-d tree in flat arrays.

/** Finds the closest of `points` (count × 3). Empty sets answer -1. */
export class NearestPoints {
  readonly points: Float32Array;
  readonly #order: Uint32Array;
  /** Split axis of each node; a node is the middle of its range of `#order`. */
  readonly #axis: Uint8Array;

  constructor(points: Float32Array) {
    this.points = points;
    const count = points.length / 3;
    this.#order = Uint32Array.from({ length: count }, (_, i) => i);
    this.#axis = new Uint8Array(count);
    this.#build(0, count);
  }

  #build(from: number, to: number): void {
    if (to - from < 2) return;
    const { points } = this;
    const order = this.#order;
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let i = from; i < to; i++)
      for (let k = 0; k < 3; k++) {
        const value = points[order[i] * 3 + k];
        if (value < low[k]) low[k] = value;
        if (value > high[k]) high[k] = value;
      }
    let axis = 0;
    for (let k = 1; k < 3; k++) if (high[k] - low[k] > high[axis] - low[axis]) axis = k;
    const middle = (from + to) >> 1;
    select(order, points, axis, from, to - 1, middle);
    this.#axis[middle] = axis;
    this.#build(from, middle);
    this.#build(middle + 1, to);
  }

  /** Index of the closest point and its distance. */
  nearest(x: number, y: number, z: number): { index: number; distance: number } {
    const { points } = this;
    const order = this.#order;
    const query = [x, y, z];
    let best = -1;
    let bestSquared = Infinity;
    const visit = (from: number, to: number): void => {
      if (from >= to) return;
      const middle = (from + to) >> 1;
      const p = order[middle] * 3;
      const squared = (points[p] - x) ** 2 + (points[p + 1] - y) ** 2 + (points[p + 2] - z) ** 2;
      if (squared < bestSquared) {
        bestSquared = squared;
        best = order[middle];
      }
      const axis = this.#axis[middle];
      const side = query[axis] - points[p + axis];
      if (side < 0) visit(from, middle);
      else visit(middle + 1, to);
      if (side * side >= bestSquared) return;
      if (side < 0) visit(middle + 1, to);
      else visit(from, middle);
    };
    visit(0, order.length);
    return { index: best, distance: Math.sqrt(bestSquared) };
  }
}

/** Quickselect (Hoare): afterwards order[k] is the k-th along the axis, smaller ones before it. */
function select(order: Uint32Array, points: Float32Array, axis: number, from: number, to: number, k: number): void {
  while (from < to) {
    const pivot = points[order[(from + to) >> 1] * 3 + axis];
    let i = from;
    let j = to;
    while (i <= j) {
      while (points[order[i] * 3 + axis] < pivot) i++;
      while (points[order[j] * 3 + axis] > pivot) j--;
      if (i <= j) {
        const swap = order[i];
        order[i++] = order[j];
        order[j--] = swap;
      }
    }
    if (k <= j) to = j;
    else if (k >= i) from = i;
    else return;
  }
}
