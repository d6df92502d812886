// Gaussians of one frame as columns in camera axes, in the order of their points: any prefix is a fair sample.

import { decodeSafetensors, encodeSafetensors, SafetensorsError, type Dtype } from './safetensors.ts';

/** One frame's Gaussians in memory. All columns have `count` rows. */
export interface GaussianColumns {
  count: number;
  /** count × 3, camera axes. */
  means: Float32Array;
  /** count × 3: natural logarithm of the standard deviation along each own axis. */
  logScales: Float32Array;
  /** count × 4: unit quaternion x y z w · 32767, cameraFromGaussian. */
  rotations: Int16Array;
  /** count × 4: red, green, blue (sRGB) and opacity 0…255. */
  colors: Uint8Array;
  /** count: index into the run's codebook; 65535 where there is none. */
  featureIdx: Uint16Array;
}

export const noFeature = 65535;

export function encodeGaussianChunk(columns: GaussianColumns): Uint8Array<ArrayBuffer> {
  const n = columns.count;
  return encodeSafetensors(
    {
      means: { dtype: 'F32', shape: [n, 3], data: columns.means },
      logScales: { dtype: 'F32', shape: [n, 3], data: columns.logScales },
      rotations: { dtype: 'I16', shape: [n, 4], data: columns.rotations },
      colors: { dtype: 'U8', shape: [n, 4], data: columns.colors },
      featureIdx: { dtype: 'U16', shape: [n], data: columns.featureIdx },
    },
    { kind: 'gaussians', version: '1' },
  );
}

/** Typed-array views over the bytes of a chunk; nothing is copied. @throws SafetensorsError when it is not a Gaussian chunk */
export function decodeGaussianChunk(file: Uint8Array): GaussianColumns {
  const { tensors, metadata } = decodeSafetensors(file);
  if (metadata.kind !== 'gaussians') throw new SafetensorsError('The file holds no Gaussians.');
  const count = tensors.get('means')?.shape[0] ?? 0;
  const column = <T>(name: string, dtype: Dtype, items: number): T => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== dtype || tensor.data.length !== count * items)
      throw new SafetensorsError(`The column ${name} is missing or has another length.`);
    return tensor.data as T;
  };
  return {
    count,
    means: column<Float32Array>('means', 'F32', 3),
    logScales: column<Float32Array>('logScales', 'F32', 3),
    rotations: column<Int16Array>('rotations', 'I16', 4),
    colors: column<Uint8Array>('colors', 'U8', 4),
    featureIdx: column<Uint16Array>('featureIdx', 'U16', 1),
  };
}
