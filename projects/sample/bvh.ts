// Which solid a ray meets first: a tree of bounding boxes over the solids, split at the median of the longest axis.

import type { Vec3 } from '../format/sim3.ts';
import type { Hit } from './intersect.ts';
import type { Solid } from './solid.ts';

export interface RayHit extends Hit {
  solidIdx: number;
}

const leafSize = 2;

export class Bvh {
  readonly #solids: readonly Solid[];
  readonly #order: Int32Array;
  /** Per node: min xyz, max xyz. */
  #bounds: Float64Array;
  /** Per node: first item and count of a leaf, or −1−axis and the index of the right child (the left one follows its parent). */
  #nodes: Int32Array;
  #nodeCount = 0;
  readonly #stack = new Int32Array(64);

  /** Over the solids that `takes` accepts; hits name solids by their place in `solids`. */
  constructor(solids: readonly Solid[], takes: (solid: Solid) => boolean = () => true) {
    this.#solids = solids;
    this.#order = Int32Array.from([...solids.keys()].filter((idx) => takes(solids[idx])));
    const count = this.#order.length;
    this.#bounds = new Float64Array(Math.max(1, count) * 2 * 6);
    this.#nodes = new Int32Array(Math.max(1, count) * 2 * 2);
    this.#build(0, count);
  }

  #build(begin: number, end: number): void {
    const node = this.#nodeCount++;
    const min = [Infinity, Infinity, Infinity];
    const max = [-Infinity, -Infinity, -Infinity];
    for (let i = begin; i < end; i++) {
      const solid = this.#solids[this.#order[i]];
      for (let k = 0; k < 3; k++) {
        min[k] = Math.min(min[k], solid.min[k]);
        max[k] = Math.max(max[k], solid.max[k]);
      }
    }
    this.#bounds.set([...min, ...max], node * 6);
    if (end - begin <= leafSize) {
      this.#nodes.set([begin, end - begin], node * 2);
      return;
    }
    const size = max.map((value, k) => value - min[k]);
    const axis = size.indexOf(Math.max(...size));
    const middle = (idx: number): number => this.#solids[idx].min[axis] + this.#solids[idx].max[axis];
    this.#order.subarray(begin, end).sort((a, b) => middle(a) - middle(b));
    const half = (begin + end) >> 1;
    this.#build(begin, half);
    this.#nodes.set([-1 - axis, this.#nodeCount], node * 2);
    this.#build(half, end);
  }

  /** Nearest solid along a ray; `hit.t` limits the search beforehand. With `anyHit` the first found ends the search. */
  trace(o: Vec3, d: Vec3, near: number, hit: RayHit, anyHit = false): boolean {
    const ix = 1 / d[0];
    const iy = 1 / d[1];
    const iz = 1 / d[2];
    const bounds = this.#bounds;
    const stack = this.#stack;
    let found = false;
    let depth = 0;
    stack[depth++] = 0;
    while (depth > 0) {
      const node = stack[--depth];
      const at = node * 6;
      const x0 = (bounds[at] - o[0]) * ix;
      const x1 = (bounds[at + 3] - o[0]) * ix;
      const y0 = (bounds[at + 1] - o[1]) * iy;
      const y1 = (bounds[at + 4] - o[1]) * iy;
      const z0 = (bounds[at + 2] - o[2]) * iz;
      const z1 = (bounds[at + 5] - o[2]) * iz;
      const enter = Math.max(Math.min(x0, x1), Math.min(y0, y1), Math.min(z0, z1));
      const leave = Math.min(Math.max(x0, x1), Math.max(y0, y1), Math.max(z0, z1));
      if (enter > leave || leave <= near || enter >= hit.t) continue;
      const first = this.#nodes[node * 2];
      const second = this.#nodes[node * 2 + 1];
      if (first < 0) {
        // The child that the ray reaches first is looked at first.
        const backwards = d[-1 - first] < 0;
        stack[depth++] = backwards ? node + 1 : second;
        stack[depth++] = backwards ? second : node + 1;
        continue;
      }
      for (let i = first; i < first + second; i++) {
        const solidIdx = this.#order[i];
        if (!this.#solids[solidIdx].intersect(o, d, near, hit)) continue;
        hit.solidIdx = solidIdx;
        found = true;
        if (anyHit) return true;
      }
    }
    return found;
  }
}

export const newHit = (): RayHit => ({ t: Infinity, x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0, solidIdx: -1 });
