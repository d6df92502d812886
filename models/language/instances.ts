// From splats above a threshold to things one can count: connected pieces on a voxel grid, with boxes.

import type { Bounds } from '../../projects/format/scene.ts';

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

/**
 * Connected components of the splats whose score reaches the threshold. Two splats belong together when their voxels touch
 * (26 neighbours). Pieces with fewer than `minCount` splats are noise and left out.
 * @param positions n × 3 in world axes
 * @param scores n, 0…1
 * @param voxelSize edge in world units; the gap that separates two things
 */
export function findInstances(
  positions: Float32Array,
  scores: Float32Array,
  threshold: number,
  voxelSize: number,
  minCount: number,
): Instance[] {
  const hits: number[] = [];
  for (let i = 0; i < scores.length; i++) if (scores[i] >= threshold) hits.push(i);
  const voxelOfHit = new Int32Array(hits.length);
  const voxelIdx = new Map<string, number>();
  const cells: [number, number, number][] = [];
  const massOfVoxel: number[] = [];
  hits.forEach((i, h) => {
    const cell: [number, number, number] = [
      Math.floor(positions[3 * i] / voxelSize),
      Math.floor(positions[3 * i + 1] / voxelSize),
      Math.floor(positions[3 * i + 2] / voxelSize),
    ];
    const key = cell.join();
    let idx = voxelIdx.get(key);
    if (idx === undefined) {
      idx = cells.length;
      voxelIdx.set(key, idx);
      cells.push(cell);
      massOfVoxel.push(0);
    }
    massOfVoxel[idx]++;
    voxelOfHit[h] = idx;
  });
  const parent = Int32Array.from(cells, (_, idx) => idx);
  const rootOf = (idx: number): number => {
    while (parent[idx] !== idx) {
      parent[idx] = parent[parent[idx]];
      idx = parent[idx];
    }
    return idx;
  };
  cells.forEach(([x, y, z], idx) => {
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++)
        for (let dz = -1; dz <= 1; dz++) {
          const other = voxelIdx.get(`${x + dx},${y + dy},${z + dz}`);
          if (other !== undefined && other < idx) parent[rootOf(other)] = rootOf(idx);
        }
  });
  const membersOf = new Map<number, number[]>();
  hits.forEach((i, h) => {
    const root = rootOf(voxelOfHit[h]);
    const list = membersOf.get(root);
    if (list === undefined) membersOf.set(root, [i]);
    else list.push(i);
  });
  return [...membersOf.values()]
    .filter((members) => members.length >= minCount)
    .map((members) => describe(members, positions, scores))
    .sort((a, b) => b.count * b.score - a.count * a.score);
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
