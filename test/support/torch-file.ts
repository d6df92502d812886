// Builds small PyTorch files byte by byte, right or wrong on purpose: a stored zip around a pickle.

import { crc32 } from 'node:zlib';

export interface FileInZip {
  name: string;
  bytes: Uint8Array;
}

const text = new TextEncoder();

/** Lays chunks one after the other. */
export function joined(...chunks: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const parts = chunks.map((chunk) => Uint8Array.from(chunk));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}

const u16 = (value: number): number[] => [value & 255, value >>> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];

/** @param method compression method to claim; 0 is stored */
export function zipOf(files: readonly FileInZip[], method = 0): Uint8Array<ArrayBuffer> {
  let body = new Uint8Array(0);
  let directory = new Uint8Array(0);
  for (const { name, bytes } of files) {
    const title = text.encode(name);
    const sizes = [...u32(crc32(bytes)), ...u32(bytes.length), ...u32(bytes.length), ...u16(title.length), ...u16(0)];
    const common = [...u16(20), ...u16(0), ...u16(method), ...u32(0), ...sizes];
    directory = joined(
      directory,
      u32(0x02014b50),
      u16(20),
      common,
      u16(0),
      u16(0),
      u16(0),
      u32(0),
      u32(body.length),
      title,
    );
    body = joined(body, u32(0x04034b50), common, title, bytes);
  }
  const end = [...u32(0x06054b50), ...u32(0), ...u16(files.length), ...u16(files.length)];
  return joined(body, directory, end, u32(directory.length), u32(body.length), u16(0));
}

export const op = {
  protocol: [0x80, 2],
  mark: [0x28],
  emptyDict: [0x7d],
  emptyTuple: [0x29],
  setItems: [0x75],
  tuple: [0x74],
  reduce: [0x52],
  build: [0x62],
  newObject: [0x81],
  persistent: [0x51],
  no: [0x89],
  stop: [0x2e],
  string: (value: string) => [0x58, ...u32(text.encode(value).length), ...text.encode(value)],
  whole: (value: number) => [0x4a, ...u32(value | 0)],
  global: (module: string, name: string) => [0x63, ...text.encode(`${module}\n${name}\n`)],
};

export interface FakeTensor {
  storage: string;
  shape: readonly number[];
  strides: readonly number[];
  offset?: number;
  /** Class of the storage in torch. */
  type?: string;
}

const numbers = (values: readonly number[]): number[] => [...op.mark, ...values.flatMap(op.whole), ...op.tuple];

const tensorCode = ({ storage, shape, strides, offset = 0, type = 'FloatStorage' }: FakeTensor): number[] => [
  ...op.global('torch._utils', '_rebuild_tensor_v2'),
  ...op.mark,
  ...op.mark,
  ...op.string('storage'),
  ...op.global('torch', type),
  ...op.string(storage),
  ...op.string('cpu'),
  ...op.whole(0),
  ...op.tuple,
  ...op.persistent,
  ...op.whole(offset),
  ...numbers(shape),
  ...numbers(strides),
  ...op.no,
  ...op.tuple,
  ...op.reduce,
];

/** The pickle of `{args: Namespace(model=expression), model: {name: tensor, …}}`, as official checkpoints have it. */
export function checkpointPickle(
  tensors: Readonly<Record<string, FakeTensor>>,
  expression: string,
): Uint8Array<ArrayBuffer> {
  const args = [...op.global('argparse', 'Namespace'), ...op.emptyTuple, ...op.newObject];
  const fields = [
    ...op.emptyDict,
    ...op.mark,
    ...op.string('model'),
    ...op.string(expression),
    ...op.setItems,
    ...op.build,
  ];
  const weights = Object.entries(tensors).flatMap(([name, tensor]) => [...op.string(name), ...tensorCode(tensor)]);
  return joined(
    op.protocol,
    op.emptyDict,
    op.mark,
    [...op.string('args'), ...args, ...fields],
    [...op.string('model'), ...op.emptyDict, ...op.mark, ...weights, ...op.setItems],
    op.setItems,
    op.stop,
  );
}

/** A whole checkpoint file. */
export function torchFile(
  tensors: Readonly<Record<string, FakeTensor>>,
  storages: Readonly<Record<string, Uint8Array>>,
  expression = 'Model(depth=2)',
): Uint8Array<ArrayBuffer> {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `checkpoint/data/${key}`, bytes }));
  return zipOf([{ name: 'checkpoint/data.pkl', bytes: checkpointPickle(tensors, expression) }, ...data]);
}
