// A dense answer of a method as a point chunk on disk.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ChunkReply } from '../contract/engine.ts';
import {
  boundsOf,
  emptyPointColumns,
  emptyPointGaussians,
  encodePointChunk,
  pointFlag,
  type PointColumns,
  type PointGaussians,
} from '../../projects/format/point-chunk.ts';
import type { PointMap } from '../../models/run/reconstructor.ts';
import { writeDurably } from './durable-file.ts';

/** Writes the points of one map under a new id into `chunksFolder`. */
export const writeChunk = (map: PointMap, chunksFolder: string): Promise<ChunkReply> =>
  writeColumns(columnsOf(map), map, chunksFolder);

export async function writeColumns(
  columns: PointColumns,
  { photoId, kind }: Pick<PointMap, 'photoId' | 'kind'>,
  chunksFolder: string,
): Promise<ChunkReply> {
  const id = randomUUID();
  await writeDurably(join(chunksFolder, `${id}.safetensors`), encodePointChunk(columns));
  return { id, photoId, kind, count: columns.count, bounds: boundsOf(columns.positions) };
}

/** Cells that hold a point, as columns. A cell with a coordinate that is not finite has none. */
export function columnsOf(map: PointMap): PointColumns {
  const cells = map.gridWidthPx * map.gridHeightPx;
  // Typed, because a list of so many numbers would be garbage on the heap with every photo.
  const seen = new Uint32Array(cells);
  let count = 0;
  for (let cell = 0; cell < cells; cell++) {
    const at = cell * 3;
    // The sum is finite when all three are; a finite coordinate cannot make up for one that is not.
    if (Number.isFinite(map.positions[at] + map.positions[at + 1] + map.positions[at + 2])) seen[count++] = cell;
  }
  const columns = emptyPointColumns(count, map.gridWidthPx, map.gridHeightPx);
  const inferred = map.kind === 'inferred' ? pointFlag.inferred : 0;
  for (let i = 0; i < count; i++) {
    const cell = seen[i];
    for (let k = 0; k < 3; k++) {
      columns.positions[i * 3 + k] = map.positions[cell * 3 + k];
      columns.colors[i * 4 + k] = map.colors[cell * 3 + k];
      if (map.normals) columns.normals[i * 3 + k] = Math.round(map.normals[cell * 3 + k] * 127);
    }
    columns.colors[i * 4 + 3] = byteOf(map.confidences[cell]);
    columns.pixels[i * 2] = cell % map.gridWidthPx;
    columns.pixels[i * 2 + 1] = Math.floor(cell / map.gridWidthPx);
    columns.errors[i] = map.errors ? byteOf(map.errors[cell]) : 255;
    columns.flags[i] = inferred | (map.moving?.[cell] ? pointFlag.moving : 0);
  }
  if (map.gaussians) columns.gaussians = rowsOf(map.gaussians, seen.subarray(0, count));
  return columns;
}

/** Gaussians of those cells that hold a point. */
function rowsOf(cells: PointGaussians, seen: Uint32Array): PointGaussians {
  const rows = emptyPointGaussians(seen.length);
  seen.forEach((cell, i) => {
    for (let k = 0; k < 3; k++) {
      rows.offsets[3 * i + k] = cells.offsets[3 * cell + k];
      rows.logScales[3 * i + k] = cells.logScales[3 * cell + k];
    }
    for (let k = 0; k < 4; k++) {
      rows.rotations[4 * i + k] = cells.rotations[4 * cell + k];
      rows.colors[4 * i + k] = cells.colors[4 * cell + k];
    }
  });
  return rows;
}

/** 0…1 as 0…255; what is not a number counts as 0. */
const byteOf = (share: number): number => Math.round(Math.min(1, Math.max(0, share || 0)) * 255);
