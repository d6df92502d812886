// Points as the GPU reads them: 20 bytes each, in slices of one size, so that uploads are small and a prefix is whole slices and a rest.

import type { PointColumns } from '../../projects/format/point-chunk.ts';

export const pointsPerSlice = 32_768;
/** Points of each chunk that stay readable on the CPU: for framing, ground, ranges and box fits. */
export const sampleSize = 1024;

export interface PackedSlice {
  count: number;
  /** count × 3 in camera axes. */
  positions: Float32Array<ArrayBuffer>;
  /** count × 4: red, green, blue, confidence. */
  colors: Uint8Array<ArrayBuffer>;
  /** count × 4: octahedral normal in two bytes, error, flags. */
  extras: Uint8Array<ArrayBuffer>;
}

export interface PackedChunk {
  slices: PackedSlice[];
  /** sampleSize × 4 at most: position and confidence 0…1. */
  sample: Float32Array<ArrayBuffer>;
  gridWidthPx: number;
}

/** @param keep the first so many points only: a fair sample, because chunks are shuffled */
export function packPoints(points: PointColumns, keep: number): PackedChunk {
  const count = Math.min(points.count, keep);
  const slices: PackedChunk['slices'] = [];
  for (let from = 0; from < count; from += pointsPerSlice) {
    const inSlice = Math.min(pointsPerSlice, count - from);
    slices.push(packSlice(points, from, inSlice));
  }
  const sampled = Math.min(sampleSize, points.count);
  const sample = new Float32Array(sampled * 4);
  for (let i = 0; i < sampled; i++) {
    sample.set(points.positions.subarray(i * 3, i * 3 + 3), i * 4);
    sample[i * 4 + 3] = points.colors[i * 4 + 3] / 255;
  }
  return { slices, sample, gridWidthPx: points.gridWidthPx };
}

/** Set on the GPU beside the flags of a point whose normal nobody knows. */
export const noNormal = 128;

function packSlice(points: PointColumns, from: number, count: number): PackedSlice {
  const { normals, errors, flags } = points;
  const extras = new Uint8Array(count * 4);
  for (let i = 0; i < count; i++) {
    const p = from + i;
    const [u, v] = octahedral(normals[p * 3], normals[p * 3 + 1], normals[p * 3 + 2]);
    extras[i * 4] = u;
    extras[i * 4 + 1] = v;
    extras[i * 4 + 2] = errors[p];
    const isKnown = normals[p * 3] !== 0 || normals[p * 3 + 1] !== 0 || normals[p * 3 + 2] !== 0;
    extras[i * 4 + 3] = isKnown ? flags[p] : flags[p] | noNormal;
  }
  const positions = new Float32Array(points.positions.subarray(from * 3, (from + count) * 3));
  return { count, positions, colors: new Uint8Array(points.colors.subarray(from * 4, (from + count) * 4)), extras };
}

/**
 * A direction as two bytes on the unfolded octahedron (Cigolle et al., A Survey of Efficient Representations for Independent Unit Vectors,
 * JCGT 2014). The zero vector becomes the camera's −z: towards the viewer of its photo.
 */
export function octahedral(x: number, y: number, z: number): readonly [number, number] {
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
  if (sum === 0) return octahedral(0, 0, -1);
  let u = x / sum;
  let v = y / sum;
  if (z < 0) [u, v] = [(1 - Math.abs(v)) * (u >= 0 ? 1 : -1), (1 - Math.abs(u)) * (v >= 0 ? 1 : -1)];
  return [Math.round((u * 0.5 + 0.5) * 255), Math.round((v * 0.5 + 0.5) * 255)];
}
