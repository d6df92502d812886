// Points as the GPU reads them.
import { describe, expect, test } from 'vitest';
import { emptyPointColumns, type PointColumns } from '../../../../projects/format/point-chunk.ts';
import { noNormal, octahedral, packPoints, pointsPerSlice } from '../../../../renderer/scene/packed-points.ts';

function columns(count: number): PointColumns {
  const points = emptyPointColumns(count, 300, 200);
  for (let i = 0; i < count; i++) {
    points.positions.set([i, -i, 2 * i], i * 3);
    points.colors.set([i % 256, 7, 8, 255], i * 4);
    points.errors[i] = i % 251;
    points.flags[i] = i % 4;
  }
  return points;
}

/** What the shader does with the two bytes. */
function unfold([u, v]: readonly [number, number]): number[] {
  let [x, y] = [(u / 255) * 2 - 1, (v / 255) * 2 - 1];
  const z = 1 - Math.abs(x) - Math.abs(y);
  const t = Math.max(-z, 0);
  x += x >= 0 ? -t : t;
  y += y >= 0 ? -t : t;
  const l = Math.hypot(x, y, z);
  return [x / l, y / l, z / l];
}

describe('slices', () => {
  test('a chunk becomes whole slices and a rest, each point in its place', () => {
    const packed = packPoints(columns(pointsPerSlice + 5), Infinity);
    expect(packed.slices.map(({ count }) => count)).toEqual([pointsPerSlice, 5]);
    const [, rest] = packed.slices;
    const first = pointsPerSlice;
    expect([...rest.positions.subarray(0, 3)]).toEqual([first, -first, 2 * first]);
    expect([...rest.colors.subarray(0, 4)]).toEqual([first % 256, 7, 8, 255]);
    // None of these points has a normal.
    expect([rest.extras[2], rest.extras[3]]).toEqual([first % 251, (first % 4) + noNormal]);
    expect(packed.gridWidthPx).toBe(300);
  });

  test('only as many points are kept as asked for: a prefix, which is a fair sample', () => {
    expect(packPoints(columns(1000), 10).slices.map(({ count }) => count)).toEqual([10]);
  });

  test('an empty chunk has no slices and no sample', () => {
    const packed = packPoints(columns(0), Infinity);
    expect(packed.slices).toEqual([]);
    expect(packed.sample).toHaveLength(0);
  });

  test('the sample holds positions and confidence of the first points', () => {
    const { sample } = packPoints(columns(3), Infinity);
    expect([...sample.subarray(4, 8)]).toEqual([1, -1, 2, 1]);
  });
});

test('two bytes keep a direction within a degree and a half', () => {
  // A step of one byte is 2/255 of the octahedron, at most 1.1° after projection; rounding gives half of it on each axis.
  for (let i = 0; i < 200; i++) {
    const z = 1 - (2 * i + 1) / 200;
    const angle = i * 2.399963;
    const r = Math.sqrt(1 - z * z);
    const direction = [r * Math.cos(angle), r * Math.sin(angle), z];
    const back = unfold(octahedral(direction[0] * 127, direction[1] * 127, direction[2] * 127));
    const cosine = direction.reduce((sum, d, k) => sum + d * back[k], 0);
    expect(Math.acos(Math.min(1, cosine)) * (180 / Math.PI)).toBeLessThan(1.5);
  }
});

test('an unknown normal faces the camera that saw the point', () => {
  expect(unfold(octahedral(0, 0, 0))[2]).toBeLessThan(-0.99);
});
