// Splats on a grid of voxels: which voxels touch, and which hang together.

export interface VoxelGrid {
  /** By splat. */
  voxelOfHit: Int32Array;
  /** By voxel: the piece that it hangs together with. */
  piece: Int32Array;
  /** Voxels that touch this one (26 neighbours). */
  neighboursOf(voxel: number): number[];
}

/**
 * @param hits splats as indices into `positions`
 * @param positions n × 3 in world axes
 * @param voxelSize edge in world units
 */
export function voxelsOf(hits: readonly number[], positions: Float32Array, voxelSize: number): VoxelGrid {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const i of hits)
    for (let k = 0; k < 3; k++) {
      low[k] = Math.min(low[k], positions[3 * i + k]);
      high[k] = Math.max(high[k], positions[3 * i + k]);
    }
  // One cell of room on every side: a neighbour of a cell is never the far end of another row.
  const [across, deep] = [1, 2].map((k) => Math.floor((high[k] - low[k]) / voxelSize) + 3);
  const cellOf = (i: number): number => {
    const [x, y, z] = [0, 1, 2].map((k) => Math.floor((positions[3 * i + k] - low[k]) / voxelSize) + 1);
    return (x * across + y) * deep + z;
  };
  const voxelAt = new Map<number, number>();
  const cells: number[] = [];
  const voxelOfHit = Int32Array.from(hits, (i) => {
    const cell = cellOf(i);
    let voxel = voxelAt.get(cell);
    if (voxel === undefined) {
      voxel = cells.length;
      voxelAt.set(cell, voxel);
      cells.push(cell);
    }
    return voxel;
  });
  const steps = [-1, 0, 1].flatMap((x) =>
    [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((z) => (x * across + y) * deep + z)),
  );
  const neighboursOf = (voxel: number): number[] =>
    steps.flatMap((step) => (step === 0 ? [] : (voxelAt.get(cells[voxel] + step) ?? [])));
  const parent = Int32Array.from(cells.keys());
  const rootOf = (voxel: number): number => {
    while (parent[voxel] !== voxel) {
      parent[voxel] = parent[parent[voxel]];
      voxel = parent[voxel];
    }
    return voxel;
  };
  for (let voxel = 0; voxel < cells.length; voxel++)
    for (const other of neighboursOf(voxel)) if (other < voxel) parent[rootOf(other)] = rootOf(voxel);
  return { voxelOfHit, piece: parent.map((_, voxel) => rootOf(voxel)), neighboursOf };
}
