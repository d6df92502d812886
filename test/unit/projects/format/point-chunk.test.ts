// Points on disk: same columns, shuffled so that a prefix is a fair sample, same bytes for the same points.
import { expect, test } from 'vitest';
import {
  boundsOf,
  bytesPerGaussianPoint,
  bytesPerPoint,
  decodePointChunk,
  encodePointChunk,
  shuffledOrder,
  type PointColumns,
} from '../../../../projects/format/point-chunk.ts';
import { encodeSafetensors } from '../../../../projects/format/safetensors.ts';

function ramp(count: number): PointColumns {
  const of = (items: number) => ({ length: count * items });
  return {
    count,
    positions: Float32Array.from(of(3), (_, i) => i),
    colors: Uint8Array.from(of(4), (_, i) => i),
    pixels: Uint16Array.from(of(2), (_, i) => i),
    normals: Int8Array.from(of(3), (_, i) => i),
    errors: Uint8Array.from(of(1), (_, i) => i),
    flags: Uint8Array.from(of(1), (_, i) => i % 2),
    gaussians: null,
    gridWidthPx: 20,
    gridHeightPx: 10,
  };
}

test('every point comes back with all its columns, in another order', () => {
  const back = decodePointChunk(encodePointChunk(ramp(200)));
  expect(back).toMatchObject({ count: 200, gridWidthPx: 20, gridHeightPx: 10 });
  const seen = new Set<number>();
  for (let k = 0; k < 200; k++) {
    const i = back.positions[3 * k] / 3;
    seen.add(i);
    expect(back.pixels[2 * k]).toBe(2 * i);
    expect(back.colors[4 * k]).toBe((4 * i) % 256);
    expect(back.flags[k]).toBe(i % 2);
  }
  expect(seen.size).toBe(200);
});

test('Gaussians that a method predicts stay beside their points', () => {
  const points = ramp(200);
  const of = (items: number) => ({ length: 200 * items });
  points.gaussians = {
    offsets: Float32Array.from(of(3), (_, i) => -i),
    logScales: Float32Array.from(of(3), (_, i) => i / 2),
    rotations: Int16Array.from(of(4), (_, i) => i),
    colors: Uint8Array.from(of(4), (_, i) => i),
  };
  const file = encodePointChunk(points);
  expect(file.byteLength).toBeLessThan(200 * bytesPerGaussianPoint + 1500);
  const { gaussians, positions } = decodePointChunk(file);
  expect(gaussians?.offsets).toEqual(positions.map((value) => -value));
  expect(gaussians?.logScales).toEqual(positions.map((value) => value / 2));
  for (let k = 0; k < 200; k++) {
    const i = positions[3 * k] / 3;
    expect(gaussians?.rotations[4 * k + 1]).toBe(4 * i + 1);
    expect(gaussians?.colors[4 * k + 3]).toBe((4 * i + 3) % 256);
  }
});

test('a prefix is a fair sample: its mean is near the mean of all', () => {
  const order = shuffledOrder(10_000, 1).subarray(0, 1000);
  // The mean of 1,000 of 10,000 scatters by about 87; four times that is far from any sorted prefix (500).
  expect(Math.abs(order.reduce((a, b) => a + b, 0) / 1000 - 4999.5)).toBeLessThan(350);
});

test('the same points give the same bytes, about 25 a point', () => {
  const file = encodePointChunk(ramp(5000));
  expect(encodePointChunk(ramp(5000))).toEqual(file);
  expect(file.byteLength).toBeLessThan(5000 * bytesPerPoint + 1000);
});

test('no points is a chunk too', () => {
  expect(decodePointChunk(encodePointChunk(ramp(0))).count).toBe(0);
  expect(boundsOf(new Float32Array(0))).toEqual({ min: [0, 0, 0], max: [0, 0, 0] });
});

test('another kind of file is refused', () => {
  expect(() => decodePointChunk(encodeSafetensors({}, { kind: 'gaussians' }))).toThrow(/no points/);
});
