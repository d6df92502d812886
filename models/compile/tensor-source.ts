// What a compiler sees of a checkpoint: names, types and shapes at once, numbers only when asked for.

import type { Dtype } from '../../projects/format/safetensors.ts';

export interface TensorInfo {
  dtype: Dtype;
  shape: readonly number[];
}

export interface TensorSource {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The constructor expression the checkpoint was made with, when it carries one. */
  readonly expression: string | null;
  /** The items of one tensor as float32, row by row. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Names stand in sentences and in ONNX files: those of networks are short and of one line. */
export const isPlainName = (name: string): boolean => name.length <= 512 && !/\p{Cc}/u.test(name);

/** Whether the items of such a tensor can be weights. */
export const isFloat = (dtype: Dtype): boolean => ['F32', 'F64', 'F16', 'BF16'].includes(dtype);

/** Raw little-endian items as float32. @throws RangeError for types that are no weights */
export function floatsOf(dtype: Dtype, bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    case 'F16':
      return Float32Array.from(new Float16Array(buffer, byteOffset, byteLength / 2));
    case 'BF16': {
      const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
      // A bfloat16 is the upper half of a float32.
      return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
    }
    default:
      throw new RangeError(`Tensors of type ${dtype} are no weights.`);
  }
}
