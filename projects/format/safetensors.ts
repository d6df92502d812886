// The one container of all bulk files: named, typed, shaped arrays behind a JSON header (the safetensors layout).
//
// Layout: u64 little-endian header length N, N bytes of JSON `{name: {dtype, shape, data_offsets: [begin, end]}, __metadata__?}`,
// then the data; offsets count from the end of the header. The header is padded with spaces so that the data starts at a
// multiple of 8 and every tensor is written at a multiple of its item size: a reader can lay typed arrays over the bytes.
// Source: the format description in the README of huggingface/safetensors.

export type Dtype =
  'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U64' | 'U32' | 'U16' | 'U8' | 'BOOL';

/** Arrays that hold a tensor's items. F16 and BF16 are held as raw bits in a Uint16Array. */
export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | BigUint64Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

export interface NamedTensor {
  dtype: Dtype;
  shape: readonly number[];
  data: TensorData;
}

export interface TensorEntry {
  dtype: Dtype;
  shape: number[];
  /** Byte range within the data section. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  entries: Map<string, TensorEntry>;
  metadata: Record<string, string>;
  /** Bytes before the data section: 8 + header length. */
  dataStart: number;
}

export class SafetensorsError extends Error {
  override name = 'SafetensorsError';
}

export const bytesPerItem: Readonly<Record<Dtype, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** A header longer than this is refused before it is read: full-size checkpoints need about 0.3 MB. */
export const maxHeaderBytes = 64 * 1024 * 1024;

/** Header length from the first 8 bytes of a file. @throws SafetensorsError when the number is absurd. */
export function headerLengthOf(first8: Uint8Array): number {
  if (first8.byteLength < 8) throw new SafetensorsError('The file ends before its header.');
  const length = new DataView(first8.buffer, first8.byteOffset, 8).getBigUint64(0, true);
  if (length < 2n || length > BigInt(maxHeaderBytes))
    throw new SafetensorsError('The header length is not believable.');
  return Number(length);
}

/**
 * Parses and checks the JSON header: known types, sizes that match shapes, ranges that lie inside the file and do not overlap.
 * @param headerBytes the N header bytes, without the length field
 * @param fileBytes size of the whole file
 */
export function parseHeader(headerBytes: Uint8Array, fileBytes: number): SafetensorsHeader {
  const dataStart = 8 + headerBytes.byteLength;
  const dataBytes = fileBytes - dataStart;
  if (dataBytes < 0) throw new SafetensorsError('The file ends before its header.');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(headerBytes));
  } catch {
    throw new SafetensorsError('The header is not JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new SafetensorsError('The header is not an object.');
  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = checkMetadata(value);
    else entries.set(name, checkEntry(name, value, dataBytes));
  }
  let end = 0;
  for (const [name, entry] of [...entries].sort((a, b) => a[1].begin - b[1].begin || a[1].end - b[1].end)) {
    if (entry.begin < end) throw new SafetensorsError(`Tensor ${name} overlaps another one.`);
    end = entry.end;
  }
  return { entries, metadata, dataStart };
}

function checkMetadata(value: unknown): Record<string, string> {
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SafetensorsError('Its metadata is no list of texts.');
  return Object.fromEntries(Object.entries(value).filter(isText));
}

function checkEntry(name: string, value: unknown, dataBytes: number): TensorEntry {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerItem, dtype))
    throw new SafetensorsError(`Tensor ${name} has an unknown type.`);
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new SafetensorsError(`Tensor ${name} has no valid shape.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw new SafetensorsError(`Tensor ${name} has no valid place in the file.`);
  const [begin, end] = offsets as [number, number];
  const bytes = itemCount(shape) * bytesPerItem[dtype as Dtype];
  if (end - begin !== bytes) throw new SafetensorsError(`Tensor ${name} has a shape that does not match its size.`);
  if (end > dataBytes) throw new SafetensorsError(`The file is cut: tensor ${name} ends behind it.`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

/** Number of items of a shape; a scalar (empty shape) has one. */
export function itemCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Reads a whole file that is in memory. Arrays are views where alignment allows, copies otherwise. */
export function decodeSafetensors(file: Uint8Array): {
  tensors: Map<string, NamedTensor>;
  metadata: Record<string, string>;
} {
  const length = headerLengthOf(file.subarray(0, 8));
  if (8 + length > file.byteLength) throw new SafetensorsError('The file ends before its header.');
  const header = parseHeader(file.subarray(8, 8 + length), file.byteLength);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, { dtype, shape, begin, end }] of header.entries) {
    const bytes = file.subarray(header.dataStart + begin, header.dataStart + end);
    tensors.set(name, { dtype, shape, data: tensorDataOf(dtype, bytes) });
  }
  return { tensors, metadata: header.metadata };
}

/** Lays a typed array over raw little-endian bytes, copying when the bytes are not aligned. */
export function tensorDataOf(dtype: Dtype, bytes: Uint8Array): TensorData {
  const size = bytesPerItem[dtype];
  // A Buffer's slice() would share its memory: copy by construction.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const count = aligned.byteLength / size;
  const at = [aligned.buffer as ArrayBuffer, aligned.byteOffset, count] as const;
  switch (dtype) {
    case 'F64':
      return new Float64Array(...at);
    case 'F32':
      return new Float32Array(...at);
    case 'I64':
      return new BigInt64Array(...at);
    case 'U64':
      return new BigUint64Array(...at);
    case 'I32':
      return new Int32Array(...at);
    case 'U32':
      return new Uint32Array(...at);
    case 'I16':
      return new Int16Array(...at);
    case 'F16':
    case 'BF16':
    case 'U16':
      return new Uint16Array(...at);
    case 'I8':
      return new Int8Array(...at);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(...at);
  }
}

/** Builds a whole file in memory. Tensors are laid out by falling item size, so that all are aligned without gaps. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, NamedTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tensors).sort((a, b) => bytesPerItem[tensors[b].dtype] - bytesPerItem[tensors[a].dtype]);
  const json: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name];
    if (data.length !== itemCount(shape))
      throw new SafetensorsError(`Tensor ${name} has ${data.length} items, not ${itemCount(shape)}.`);
    json[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(json);
  const header = new TextEncoder().encode(text);
  const padded = Math.ceil(header.byteLength / 8) * 8;
  const file = new Uint8Array(8 + padded + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded).set(header, 8);
  let at = 8 + padded;
  for (const name of names) {
    const { data } = tensors[name];
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
