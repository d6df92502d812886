// How the depth of a photo changed between two meetings.

import { expect, test } from 'vitest';
import { columnsOf } from '../../../../electron/engine/chunk-file.ts';
import { compareDepth, depthChange } from '../../../../electron/engine/depth-change.ts';
import { decodePointChunk, encodePointChunk } from '../../../../projects/format/point-chunk.ts';
import type { PointMap } from '../../../../models/run/reconstructor.ts';

/** A row of points at these depths. */
const row = (...depths: number[]): PointMap => ({
  photoId: 'p',
  kind: 'final',
  gridWidthPx: depths.length,
  gridHeightPx: 1,
  positions: Float32Array.from(depths.flatMap((depth) => [0, 0, depth])),
  confidences: new Float32Array(depths.length),
  colors: new Uint8Array(3 * depths.length),
  ...{ normals: null, errors: null, moving: null },
});
// Through a file, whose rows are shuffled: pixels and not rows belong together.
const kept = (map: PointMap) => decodePointChunk(encodePointChunk(columnsOf(map)));

test('is the median over pixels that both see, and of the first depth', () => {
  expect(compareDepth(kept(row(1, 2, 4, Number.NaN, 8)), row(1.5, 2, 8, 5, Number.NaN))).toEqual({
    medianDepth: 2,
    medianRatio: 1.5,
  });
});

test('is nothing for another grid, for points behind the camera, and for a file that is gone', async () => {
  expect(compareDepth(kept(row(1, 2)), row(1, 2, 3))).toBeNull();
  expect(compareDepth(kept(row(-1, 2)), row(1, -2))).toBeNull();
  expect(await depthChange('/nowhere/at/all.safetensors', row(1))).toBeNull();
});
