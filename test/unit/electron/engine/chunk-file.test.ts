// Point maps become chunk files: only real points, all columns in step, bytes that do not depend on the moment.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { columnsOf, writeChunk } from '../../../../electron/engine/chunk-file.ts';
import type { PointMap } from '../../../../models/run/reconstructor.ts';
import { decodePointChunk } from '../../../../projects/format/point-chunk.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A 3 × 2 grid whose cell values tell their place; cell 1 has no point. */
const map: PointMap = {
  photoId: 'p',
  kind: 'final',
  gridWidthPx: 3,
  gridHeightPx: 2,
  positions: Float32Array.from({ length: 18 }, (_, i) => (i === 4 ? Number.NaN : i)),
  confidences: Float32Array.of(0, 0, 0.5, 1, 2, Number.NaN),
  colors: Uint8Array.from({ length: 18 }, (_, i) => i * 10),
  normals: Float32Array.from({ length: 18 }, (_, i) => (i % 3 === 2 ? -1 : 0)),
  errors: null,
  moving: Uint8Array.of(0, 0, 1, 0, 0, 0),
};

test('cells without a point are left out, and every column speaks of the same cell', () => {
  const columns = columnsOf(map);
  expect(columns.count).toBe(5);
  expect([...columns.pixels]).toEqual([0, 0, 2, 0, 0, 1, 1, 1, 2, 1]);
  expect([...columns.positions.subarray(3, 6)]).toEqual([6, 7, 8]);
  expect([...columns.colors.subarray(4, 8)]).toEqual([60, 70, 80, 128]);
  expect([...columns.colors.filter((_, i) => i % 4 === 3)]).toEqual([0, 128, 255, 255, 0]);
  expect([...columns.normals.subarray(0, 3)]).toEqual([0, 0, -127]);
  expect([...columns.errors]).toEqual([255, 255, 255, 255, 255]);
  expect([...columns.flags]).toEqual([0, 1, 0, 0, 0]);
});

test('Gaussians of a cell go with its point', () => {
  const gaussians = {
    offsets: Float32Array.from({ length: 18 }, (_, i) => i),
    logScales: Float32Array.from({ length: 18 }, (_, i) => -i),
    rotations: Int16Array.from({ length: 24 }, (_, i) => i),
    colors: Uint8Array.from({ length: 24 }, (_, i) => i),
  };
  const columns = columnsOf({ ...map, gaussians });
  // Cell 1 has no point: the second row is that of cell 2.
  expect([...(columns.gaussians?.offsets.subarray(3, 6) ?? [])]).toEqual([6, 7, 8]);
  expect([...(columns.gaussians?.logScales.subarray(3, 6) ?? [])]).toEqual([-6, -7, -8]);
  expect([...(columns.gaussians?.rotations.subarray(4, 8) ?? [])]).toEqual([8, 9, 10, 11]);
  expect([...(columns.gaussians?.colors.subarray(4, 8) ?? [])]).toEqual([8, 9, 10, 11]);
  expect(columnsOf(map).gaussians).toBeNull();
});

test('inferred points are marked as never seen', () => {
  expect([...columnsOf({ ...map, kind: 'inferred', moving: null }).flags]).toEqual([2, 2, 2, 2, 2]);
});

test('a chunk is written whole under a new id, with its bounds, and nothing else stays in the folder', async () => {
  const first = await writeChunk(map, folder);
  const second = await writeChunk(map, folder);
  expect(first).toMatchObject({ photoId: 'p', kind: 'final', count: 5, bounds: { min: [0, 1, 2], max: [15, 16, 17] } });
  expect((await readdir(folder)).sort()).toEqual([`${first.id}.safetensors`, `${second.id}.safetensors`].sort());
  const [a, b] = await Promise.all([first, second].map(({ id }) => readFile(join(folder, `${id}.safetensors`))));
  expect(a.equals(b)).toBe(true);
  const decoded = decodePointChunk(a);
  // Shuffled: the same points in another order.
  expect([...decoded.positions].sort((x, y) => x - y)).toEqual([0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
});
