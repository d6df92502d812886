// Things that touch are told apart where they hang together by something thin only, or where their colours part them.

import { cross, dot, normalized, type Vec3 } from '../../projects/format/sim3.ts';
import { symmetricEigen } from '../geometry/linear-algebra/symmetric-eigen.ts';

/** Voxels that hang together; all arrays are by voxel. */
export interface VoxelPiece {
  /** n × 3: mean of the splats in it, world axes. */
  places: Float32Array;
  /** n × 2: mean a and b of CIELAB as at L 50; null where colours are not known. */
  chroma: Float32Array | null;
  /** Voxels that touch voxel v: `neighbours[starts[v]]` to `neighbours[starts[v + 1] - 1]`. */
  starts: Int32Array;
  neighbours: Int32Array;
}

/** A place is thin when its surroundings (two voxels each way) are this much narrower than they are long: a rod, a leg, a cable. */
const thinness = 0.35;
/** CIELAB units between neighbours that part things. */
const chromaJump = 20;
/** A part with fewer voxels than this, or than this share of the largest, is a detail and no thing. */
const leastVoxels = 12;
const leastShare = 0.2;
/** Parts that stand over one another by this share of the smaller footprint are one thing: the back of a chair over its seat. */
const overlap = 0.3;

/**
 * Which thing each voxel belongs to, or null where the piece is one thing. Cores (what stays of the piece without thin places and jumps of
 * colour) are grown back over what was left out, and those that stand over one another, are coloured parts of one plane or differ in a pattern only, become
 * one again.
 * @param up unit vector, world axes
 */
export function thingsOf(piece: VoxelPiece, up: Vec3, voxelSize: number): Int32Array | null {
  const count = piece.starts.length - 1;
  if (count < 2 * leastVoxels) return null;
  const isThin = thinPlaces(piece);
  const cores = new Int32Array(count).fill(-1);
  const isBorder = colourBorders(piece);
  const found = flood(piece, cores, (v) => !isThin[v] && !isBorder[v]);
  const sizes = new Int32Array(found);
  for (const core of cores) if (core >= 0) sizes[core]++;
  const least = Math.max(leastVoxels, leastShare * sizes.reduce((most, size) => Math.max(most, size), 0));
  const kept = new Map<number, number>();
  sizes.forEach((size, core) => size >= least && kept.set(core, kept.size));
  if (kept.size < 2) return null;
  for (let v = 0; v < count; v++) cores[v] = kept.get(cores[v]) ?? -1;
  const things = cores.slice();
  grow(piece, things, true);
  grow(piece, things, false);
  return rejoined(piece, isThin, things, kept.size, up, voxelSize) < 2 ? null : things;
}

const alike = ({ chroma }: VoxelPiece, v: number, w: number): boolean =>
  chroma === null || Math.hypot(chroma[2 * v] - chroma[2 * w], chroma[2 * v + 1] - chroma[2 * w + 1]) < chromaJump;

/** Voxels beside a jump of colour; those that hold splats of both sides are among them. */
const colourBorders = (piece: VoxelPiece): Uint8Array =>
  Uint8Array.from({ length: piece.starts.length - 1 }, (_, v) => {
    for (let k = piece.starts[v]; k < piece.starts[v + 1]; k++) if (!alike(piece, v, piece.neighbours[k])) return 1;
    return 0;
  });

/** Numbers what hangs together of the voxels that are asked for. @returns how many */
function flood(piece: VoxelPiece, labels: Int32Array, isIn: (v: number) => boolean): number {
  let found = 0;
  for (let seed = 0; seed < labels.length; seed++) {
    if (labels[seed] >= 0 || !isIn(seed)) continue;
    const queue = [seed];
    labels[seed] = found;
    while (queue.length > 0) {
      const v = queue.pop()!;
      for (let k = piece.starts[v]; k < piece.starts[v + 1]; k++) {
        const w = piece.neighbours[k];
        if (labels[w] >= 0 || !isIn(w) || !alike(piece, v, w)) continue;
        labels[w] = found;
        queue.push(w);
      }
    }
    found++;
  }
  return found;
}

/** Gives voxels without a label that of the nearest one, step by step. */
function grow(piece: VoxelPiece, labels: Int32Array, onlyAlike: boolean): void {
  let edge = [...labels.keys()].filter((v) => labels[v] >= 0);
  while (edge.length > 0) {
    const next: number[] = [];
    for (const v of edge)
      for (let k = piece.starts[v]; k < piece.starts[v + 1]; k++) {
        const w = piece.neighbours[k];
        if (labels[w] >= 0 || (onlyAlike && !alike(piece, v, w))) continue;
        labels[w] = labels[v];
        next.push(w);
      }
    edge = next;
  }
}

/** Second moments of two rings of neighbours: wide along a rod only, along and across a sheet. */
function thinPlaces(piece: VoxelPiece): Uint8Array {
  const { places, starts, neighbours } = piece;
  const count = starts.length - 1;
  let moments = new Float64Array(10 * count);
  for (let v = 0; v < count; v++) {
    // Relative to the first voxel: large coordinates would drown the squares.
    const [x, y, z] = [0, 1, 2].map((k) => places[3 * v + k] - places[k]);
    moments.set([1, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z], 10 * v);
  }
  for (let ring = 0; ring < 2; ring++) {
    const sums = moments.slice();
    for (let v = 0; v < count; v++)
      for (let k = starts[v]; k < starts[v + 1]; k++)
        for (let m = 0; m < 10; m++) sums[10 * v + m] += moments[10 * neighbours[k] + m];
    moments = sums;
  }
  return Uint8Array.from({ length: count }, (_, v) => {
    const { values } = symmetricEigen(covarianceOf(moments.subarray(10 * v, 10 * v + 10)), 3);
    const [, middle, large] = [...values].sort((a, b) => a - b);
    return Math.sqrt(Math.max(0, middle)) < thinness * Math.sqrt(Math.max(large, 1e-12)) ? 1 : 0;
  });
}

function covarianceOf([n, x, y, z, xx, xy, xz, yy, yz, zz]: Float64Array): number[] {
  const [mx, my, mz] = [x / n, y / n, z / n];
  const [b, c, f] = [xy / n - mx * my, xz / n - mx * mz, yz / n - my * mz];
  return [xx / n - mx * mx, b, c, b, yy / n - my * my, f, c, f, zz / n - mz * mz];
}

/** Joins things that are parts of one; numbers them anew. @returns how many are left */
function rejoined(
  piece: VoxelPiece,
  isThin: Uint8Array,
  things: Int32Array,
  count: number,
  up: Vec3,
  voxelSize: number,
): number {
  const members = Array.from({ length: count }, (): number[] => []);
  things.forEach((thing, v) => thing >= 0 && members[thing].push(v));
  const footprints = members.map((own) => footprintOf(piece, own, up, voxelSize));
  const sideBySide = bordersOf(piece, things);
  const root = Int32Array.from(members.keys());
  const rootOf = (thing: number): number => (root[thing] === thing ? thing : (root[thing] = rootOf(root[thing])));
  for (let a = 0; a < count; a++)
    for (let b = 0; b < a; b++)
      if (
        standsOver(footprints[a], footprints[b]) ||
        (sideBySide.has(a * count + b) &&
          (sameColour(piece, members[a], members[b]) || isPlane(piece, [...members[a], ...members[b]], voxelSize)))
      )
        root[rootOf(a)] = rootOf(b);
  const names = new Map<number, number>();
  for (let v = 0; v < things.length; v++) {
    if (things[v] < 0) continue;
    const own = rootOf(things[v]);
    if (!names.has(own)) names.set(own, names.size);
    things[v] = names.get(own) ?? 0;
  }
  return names.size;

  /** Pairs of things that touch where they are not thin, as only those of two colours do: larger · count + smaller. */
  function bordersOf({ starts, neighbours }: VoxelPiece, labels: Int32Array): Set<number> {
    const pairs = new Set<number>();
    for (let v = 0; v < labels.length; v++)
      for (let k = starts[v]; k < starts[v + 1] && !isThin[v]; k++) {
        if (isThin[neighbours[k]]) continue;
        const [a, b] = [labels[v], labels[neighbours[k]]];
        if (b >= 0 && a > b) pairs.add(a * count + b);
      }
    return pairs;
  }
}

/** A pattern has jumps of colour inside, which part nothing: on the whole both sides must differ. */
function sameColour({ chroma }: VoxelPiece, a: readonly number[], b: readonly number[]): boolean {
  if (chroma === null) return true;
  const mean = (own: readonly number[], k: number): number =>
    own.reduce((sum, v) => sum + chroma[2 * v + k], 0) / own.length;
  return Math.hypot(mean(a, 0) - mean(b, 0), mean(a, 1) - mean(b, 1)) < chromaJump;
}

type Footprint = readonly (readonly [low: number, high: number])[];

/** The middle nine tenths along two level axes, half a voxel wider on either side. */
function footprintOf({ places }: VoxelPiece, members: readonly number[], up: Vec3, voxelSize: number): Footprint {
  const first = normalized(cross(up, Math.abs(up[0]) < 0.7 ? [1, 0, 0] : [0, 1, 0]));
  return [first, cross(up, first)].map((axis) => {
    const along = Float64Array.from(members, (v) => dot([places[3 * v], places[3 * v + 1], places[3 * v + 2]], axis));
    along.sort();
    const at = (share: number): number => along[Math.round(share * (along.length - 1))];
    return [at(0.05) - voxelSize / 2, at(0.95) + voxelSize / 2];
  });
}

function standsOver(a: Footprint, b: Footprint): boolean {
  const area = (of: Footprint): number => of.reduce((product, [low, high]) => product * (high - low), 1);
  const both = a.map(([low, high], k): [number, number] => [
    Math.max(low, b[k][0]),
    Math.max(low, b[k][0], Math.min(high, b[k][1])),
  ]);
  return area(both) >= overlap * Math.min(area(a), area(b));
}

function isPlane({ places }: VoxelPiece, members: readonly number[], voxelSize: number): boolean {
  const moments = new Float64Array(10);
  const base = 3 * members[0];
  for (const v of members) {
    const [x, y, z] = [0, 1, 2].map((k) => places[3 * v + k] - places[base + k]);
    [1, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z].forEach((value, m) => (moments[m] += value));
  }
  const { values } = symmetricEigen(covarianceOf(moments), 3);
  return Math.sqrt(Math.max(0, Math.min(...values))) < 0.5 * voxelSize;
}
