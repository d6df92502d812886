// The container of all bulk files: what goes in comes out, and damaged files are named as such.
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../../../projects/format/safetensors.ts';

const tensors: Record<string, NamedTensor> = {
  bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  'points in world': { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, 0) },
  halves: { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  big: { dtype: 'I64', shape: [1], data: BigInt64Array.of(-5n) },
  scalar: { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) },
  empty: { dtype: 'I32', shape: [0, 4], data: new Int32Array(0) },
};

/** A file with a hand-written header. */
function fileWith(header: string, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe('round trip', () => {
  test('tensors, shapes and metadata come back', () => {
    const back = decodeSafetensors(encodeSafetensors(tensors, { kind: 'test' }));
    expect(back.metadata).toEqual({ kind: 'test' });
    for (const [name, tensor] of Object.entries(tensors)) expect(back.tensors.get(name)).toEqual(tensor);
  });

  test('arrays are views over the file, not copies', () => {
    const file = encodeSafetensors(tensors);
    for (const { data } of decodeSafetensors(file).tensors.values())
      if (data.length > 0) expect(data.buffer).toBe(file.buffer);
  });

  test('a file that starts at an odd address is read all the same', () => {
    const file = encodeSafetensors(tensors);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(decodeSafetensors(shifted.subarray(1)).tensors.get('big')?.data).toEqual(BigInt64Array.of(-5n));
  });

  test('a tensor whose data does not fill its shape is refused', () => {
    expect(() => encodeSafetensors({ a: { dtype: 'U8', shape: [4], data: Uint8Array.of(1) } })).toThrow(
      /1 items, not 4/,
    );
  });
});

describe('damaged and hostile files', () => {
  const entry = (value: object): string => JSON.stringify({ a: value });
  test.each([
    ['an empty file', new Uint8Array(0), /ends before/],
    ['a cut header', encodeSafetensors(tensors).subarray(0, 40), /ends before/],
    ['cut data', encodeSafetensors(tensors).subarray(0, -1), /cut|place/],
    ['an absurd header length', new Uint8Array(8).fill(255), /not believable/],
    ['a header that is no JSON', fileWith('{"a"'), /not JSON/],
    ['a list as header', fileWith('[]'), /not an object/],
    ['an unknown type', fileWith(entry({ dtype: 'F8', shape: [1], data_offsets: [0, 1] }), 1), /unknown type/],
    ['a negative shape', fileWith(entry({ dtype: 'U8', shape: [-1], data_offsets: [0, 1] }), 1), /no valid shape/],
    [
      'a shape beyond counting',
      fileWith(entry({ dtype: 'U8', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 1] }), 1),
      /match/,
    ],
    ['a shape of the wrong size', fileWith(entry({ dtype: 'F32', shape: [2], data_offsets: [0, 4] }), 4), /match/],
    ['a place behind the end', fileWith(entry({ dtype: 'U8', shape: [9], data_offsets: [0, 9] }), 4), /cut/],
    [
      'overlapping tensors',
      fileWith(
        JSON.stringify({
          a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] },
          b: { dtype: 'U8', shape: [4], data_offsets: [2, 6] },
        }),
        8,
      ),
      /overlaps/,
    ],
  ])('%s is named', (_, file, message) => {
    expect(() => decodeSafetensors(file)).toThrow(message);
  });
});
