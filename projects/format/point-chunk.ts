// Points of one frame as columns in camera axes, in shuffled order, so that any prefix is a fair sample.

import { decodeSafetensors, encodeSafetensors, SafetensorsError, type NamedTensor } from './safetensors.ts';
import type { Bounds } from './scene.ts';

/** Gaussians that a method predicts beside its points, a row for each point. */
export interface PointGaussians {
  /** count × 3: from the point to the mean, in the axes of `positions`. */
  offsets: Float32Array;
  /** count × 3: natural logarithm of the standard deviation along each own axis, the smallest last. */
  logScales: Float32Array;
  /** count × 4: unit quaternion x y z w · 32767, cameraFromGaussian. */
  rotations: Int16Array;
  /** count × 4: red, green, blue (sRGB) and opacity 0…255; opacity 0: the point has no Gaussian. */
  colors: Uint8Array;
}

/** One frame's points in memory. All columns have `count` rows. */
export interface PointColumns {
  count: number;
  /** count × 3, camera axes, units of the run's world before the frame's Sim(3). */
  positions: Float32Array;
  /** count × 4: red, green, blue (sRGB) and confidence 0…255. */
  colors: Uint8Array;
  /** count × 2: column and row in the grid the method looked at (`gridWidthPx` × `gridHeightPx`). */
  pixels: Uint16Array;
  /** count × 3: unit normal · 127 in camera axes; zero where unknown. */
  normals: Int8Array;
  /** count: disagreement between two predictions of the point, 0 none … 255 its whole depth; 255 also stands for unknown. */
  errors: Uint8Array;
  /** count: bit 0 moving, bit 1 inferred (never seen). */
  flags: Uint8Array;
  /** null: the method predicts points only. */
  gaussians: PointGaussians | null;
  gridWidthPx: number;
  gridHeightPx: number;
}

/** Columns of so many points, all zero. The grid is the one that `pixels` index. */
export const emptyPointColumns = (count: number, gridWidthPx: number, gridHeightPx: number): PointColumns => ({
  count,
  positions: new Float32Array(count * 3),
  colors: new Uint8Array(count * 4),
  pixels: new Uint16Array(count * 2),
  normals: new Int8Array(count * 3),
  errors: new Uint8Array(count),
  flags: new Uint8Array(count),
  gaussians: null,
  gridWidthPx,
  gridHeightPx,
});

export const pointFlag = { moving: 1, inferred: 2 } as const;

/** Gaussians of so many points, none of them there yet. */
export const emptyPointGaussians = (count: number): PointGaussians => ({
  offsets: new Float32Array(count * 3),
  logScales: new Float32Array(count * 3),
  rotations: new Int16Array(count * 4),
  colors: new Uint8Array(count * 4),
});

/** Bytes of one point on disk: 12 position, 4 colour, 4 pixel, 3 normal, 1 error, 1 flag. */
export const bytesPerPoint = 25;
/** With a Gaussian: 12 offset, 12 scales, 8 rotation and 4 colour more. */
export const bytesPerGaussianPoint = bytesPerPoint + 36;

/** Writes the columns in a random order fixed by `seed`, so that the same points give the same bytes. */
export function encodePointChunk(columns: PointColumns, seed = 1): Uint8Array<ArrayBuffer> {
  const order = shuffledOrder(columns.count, seed);
  const pick = <T extends Float32Array | Int16Array | Uint16Array | Uint8Array | Int8Array>(
    source: T,
    items: number,
  ): T => {
    const target = new (source.constructor as new (n: number) => T)(columns.count * items);
    for (let i = 0; i < columns.count; i++) {
      const from = order[i] * items;
      for (let k = 0; k < items; k++) target[i * items + k] = source[from + k];
    }
    return target;
  };
  const n = columns.count;
  const { gaussians } = columns;
  const predicted: Record<string, NamedTensor> = gaussians
    ? {
        splatOffsets: { dtype: 'F32', shape: [n, 3], data: pick(gaussians.offsets, 3) },
        splatLogScales: { dtype: 'F32', shape: [n, 3], data: pick(gaussians.logScales, 3) },
        splatRotations: { dtype: 'I16', shape: [n, 4], data: pick(gaussians.rotations, 4) },
        splatColors: { dtype: 'U8', shape: [n, 4], data: pick(gaussians.colors, 4) },
      }
    : {};
  return encodeSafetensors(
    {
      positions: { dtype: 'F32', shape: [n, 3], data: pick(columns.positions, 3) },
      colors: { dtype: 'U8', shape: [n, 4], data: pick(columns.colors, 4) },
      pixels: { dtype: 'U16', shape: [n, 2], data: pick(columns.pixels, 2) },
      normals: { dtype: 'I8', shape: [n, 3], data: pick(columns.normals, 3) },
      errors: { dtype: 'U8', shape: [n], data: pick(columns.errors, 1) },
      flags: { dtype: 'U8', shape: [n], data: pick(columns.flags, 1) },
      ...predicted,
    },
    {
      kind: 'points',
      version: '1',
      gridWidthPx: String(columns.gridWidthPx),
      gridHeightPx: String(columns.gridHeightPx),
    },
  );
}

/** Typed-array views over the bytes of a chunk; nothing is copied. @throws SafetensorsError when it is not a point chunk. */
export function decodePointChunk(file: Uint8Array): PointColumns {
  const { tensors, metadata } = decodeSafetensors(file);
  if (metadata.kind !== 'points') throw new SafetensorsError('The file holds no points.');
  const count = tensors.get('positions')?.shape[0] ?? 0;
  const column = <T>(name: string, dtype: string, items: number): T => {
    const tensor = tensors.get(name);
    if (!tensor || tensor.dtype !== dtype || tensor.data.length !== count * items)
      throw new SafetensorsError(`The column ${name} is missing or has another length.`);
    return tensor.data as T;
  };
  return {
    count,
    positions: column<Float32Array>('positions', 'F32', 3),
    colors: column<Uint8Array>('colors', 'U8', 4),
    pixels: column<Uint16Array>('pixels', 'U16', 2),
    normals: column<Int8Array>('normals', 'I8', 3),
    errors: column<Uint8Array>('errors', 'U8', 1),
    flags: column<Uint8Array>('flags', 'U8', 1),
    gaussians: tensors.has('splatOffsets')
      ? {
          offsets: column<Float32Array>('splatOffsets', 'F32', 3),
          logScales: column<Float32Array>('splatLogScales', 'F32', 3),
          rotations: column<Int16Array>('splatRotations', 'I16', 4),
          colors: column<Uint8Array>('splatColors', 'U8', 4),
        }
      : null,
    gridWidthPx: Number(metadata.gridWidthPx),
    gridHeightPx: Number(metadata.gridHeightPx),
  };
}

/** Smallest box around the points; zeros when there are none. */
export function boundsOf(positions: Float32Array): Bounds {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 3)
    for (let k = 0; k < 3; k++) {
      const value = positions[i + k];
      if (value < min[k]) min[k] = value;
      if (value > max[k]) max[k] = value;
    }
  return positions.length > 0 ? { min, max } : { min: [0, 0, 0], max: [0, 0, 0] };
}

/** A permutation of 0…count−1 (Fisher–Yates over mulberry32), the same for the same seed. */
export function shuffledOrder(count: number, seed: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let state = seed >>> 0;
  for (let i = count - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const j = Math.floor(((t ^ (t >>> 14)) >>> 0) * 2.3283064365386963e-10 * (i + 1));
    const swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
  return order;
}
