// From splats above a threshold to things one can count: connected pieces on a voxel grid, with boxes.

import type { Bounds } from '../../projects/format/scene.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import { thingsOf } from './touching.ts';
import { voxelsOf, type VoxelGrid } from './voxel-grid.ts';

export interface Instance {
  /** In world axes. */
  box: Bounds;
  center: [number, number, number];
  count: number;
  /** Mean score of its splats. */
  score: number;
  /** Splats of this instance, as indices into the input. */
  members: Uint32Array;
}

/** What parts things that touch. */
export interface Parting {
  /** Unit vector, world axes. */
  up: Vec3;
  /** CIELAB of a splat; null where colours are not known. */
  labOf: ((i: number) => readonly [number, number, number]) | null;
}

/**
 * Connected components of the splats whose score reaches the threshold. Two splats belong together when their voxels touch
 * (26 neighbours). Pieces with fewer than `minCount` splats are noise and left out.
 * @param positions n × 3 in world axes
 * @param scores n, 0…1
 * @param voxelSize edge in world units; the gap that separates two things
 * @param parting tells things apart that touch; null leaves all that hangs together one thing
 */
export function findInstances(
  positions: Float32Array,
  scores: Float32Array,
  threshold: number,
  voxelSize: number,
  minCount: number,
  parting: Parting | null = null,
): Instance[] {
  const hits: number[] = [];
  for (let i = 0; i < scores.length; i++) if (scores[i] >= threshold) hits.push(i);
  const grid = voxelsOf(hits, positions, voxelSize);
  const pieces = Map.groupBy(grid.piece.keys(), (voxel) => grid.piece[voxel]);
  const splatsOf = Map.groupBy(hits.keys(), (h) => grid.piece[grid.voxelOfHit[h]]);
  const found: number[][] = [];
  for (const [piece, voxels] of pieces) {
    const own = splatsOf.get(piece) ?? [];
    if (own.length < minCount) continue;
    const things = parting && partsOf(voxels, own, hits, positions, grid, voxelSize, parting);
    const split = things ? [...Map.groupBy(own, (h) => things.get(grid.voxelOfHit[h])).values()] : [own];
    const whole = split.filter((part) => part.length >= minCount);
    for (const part of whole.length > 0 ? whole : [own]) found.push(part.map((h) => hits[h]));
  }
  return found
    .map((members) => describe(members, positions, scores))
    .sort((a, b) => b.count * b.score - a.count * a.score);
}

/** a and b as at L 50: in CIELAB less light takes L + 16, a and b down alike. */
function unshaded([l, a, b]: readonly [number, number, number]): [number, number] {
  const light = 66 / (l + 16);
  return [a * light, b * light];
}

/** Thing of each voxel of a piece; null where it is one thing. */
function partsOf(
  voxels: readonly number[],
  own: readonly number[],
  hits: readonly number[],
  positions: Float32Array,
  { neighboursOf, voxelOfHit }: VoxelGrid,
  voxelSize: number,
  { up, labOf }: Parting,
): Map<number, number> | null {
  const placeOf = new Map(voxels.map((voxel, v) => [voxel, v]));
  const places = new Float32Array(3 * voxels.length);
  const chroma = labOf && new Float32Array(2 * voxels.length);
  const mass = new Float32Array(voxels.length);
  const [x0, y0, z0] = positions.subarray(3 * hits[own[0]], 3 * hits[own[0]] + 3);
  for (const h of own) {
    const v = placeOf.get(voxelOfHit[h]) ?? 0;
    const i = hits[h];
    mass[v]++;
    places[3 * v] += positions[3 * i] - x0;
    places[3 * v + 1] += positions[3 * i + 1] - y0;
    places[3 * v + 2] += positions[3 * i + 2] - z0;
    if (chroma && labOf) {
      const [a, b] = unshaded(labOf(i));
      chroma[2 * v] += a;
      chroma[2 * v + 1] += b;
    }
  }
  for (let k = 0; k < places.length; k++) places[k] /= mass[Math.floor(k / 3)];
  if (chroma) for (let k = 0; k < chroma.length; k++) chroma[k] /= mass[k >> 1];
  const starts = new Int32Array(voxels.length + 1);
  const neighbours: number[] = [];
  voxels.forEach((voxel, v) => {
    for (const other of neighboursOf(voxel)) neighbours.push(placeOf.get(other) ?? v);
    starts[v + 1] = neighbours.length;
  });
  const things = thingsOf({ places, chroma, starts, neighbours: Int32Array.from(neighbours) }, up, voxelSize);
  return things && new Map(voxels.map((voxel, v) => [voxel, things[v]]));
}

function describe(members: number[], positions: Float32Array, scores: Float32Array): Instance {
  return {
    ...describeMembers(members, positions),
    count: members.length,
    score: members.reduce((sum, i) => sum + scores[i], 0) / members.length,
    members: Uint32Array.from(members),
  };
}

/** The box leaves out the outermost percent on each side, so that one stray splat does not stretch it. */
export function describeMembers(
  members: readonly number[],
  positions: Float32Array,
): { box: Bounds; center: [number, number, number] } {
  const min: [number, number, number] = [0, 0, 0];
  const max: [number, number, number] = [0, 0, 0];
  for (let k = 0; k < 3; k++) {
    const values = Float32Array.from(members, (i) => positions[3 * i + k]).sort();
    min[k] = values[Math.floor(values.length * 0.01)];
    max[k] = values[Math.ceil(values.length * 0.99) - 1];
  }
  return {
    box: { min, max },
    center: [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2],
  };
}
