// Reading checkpoints: right ones by offset, wrong ones with one sentence and nothing executed.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../models/compile/open-checkpoint.ts';
import { encodeSafetensors } from '../../../../projects/format/safetensors.ts';
import { checkpointPickle, joined, op, torchFile, zipOf } from '../../../support/torch-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

const bytesOf = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const matrix = { storage: '0', shape: [2, 3], strides: [3, 1] };
const six = { 0: bytesOf(1, 2, 3, 4, 5, 6) };

describe('a PyTorch file', () => {
  test('gives names, shapes, the constructor expression, and numbers when asked', async () => {
    const source = await openCheckpoint(await saved('good.pth', torchFile({ w: matrix }, six)));
    expect([...source.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([['w', 'F32', [2, 3]]]);
    expect(source.expression).toBe('Model(depth=2)');
    expect([...(await source.read('w'))]).toEqual([1, 2, 3, 4, 5, 6]);
    await source.close();
  });

  test('may share a storage, begin inside it, and be transposed', async () => {
    const tensors = {
      transposed: { storage: '0', shape: [3, 2], strides: [1, 3] },
      tail: { storage: '0', shape: [2], strides: [1], offset: 4 },
    };
    const source = await openCheckpoint(await saved('views.pth', torchFile(tensors, six)));
    expect([...(await source.read('transposed'))]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...(await source.read('tail'))]).toEqual([5, 6]);
    await source.close();
  });

  test('in bfloat16 and in half precision is read as float32', async () => {
    const tensors = {
      brain: { storage: '0', shape: [2], strides: [1], type: 'BFloat16Storage' },
      half: { storage: '1', shape: [2], strides: [1], type: 'HalfStorage' },
    };
    const storages = { 0: Uint8Array.of(0x80, 0x3f, 0x40, 0xc0), 1: new Uint8Array(Float16Array.of(1.5, -2).buffer) };
    const source = await openCheckpoint(await saved('types.pth', torchFile(tensors, storages)));
    expect([...(await source.read('brain'))]).toEqual([1, -3]);
    expect([...(await source.read('half'))]).toEqual([1.5, -2]);
    await source.close();
  });

  test('loses a prefix only when every name has it', async () => {
    const all = await openCheckpoint(
      await saved('all.pth', torchFile({ 'module.a': matrix, 'module.b': matrix }, six)),
    );
    expect([...all.tensors.keys()]).toEqual(['a', 'b']);
    await all.close();
    const some = await openCheckpoint(await saved('some.pth', torchFile({ 'module.a': matrix, b: matrix }, six)));
    expect([...some.tensors.keys()]).toEqual(['module.a', 'b']);
    await some.close();
  });

  test('that would run a command when unpickled by Python runs nothing', async () => {
    const mark = join(folder, 'executed');
    const attack = [...op.global('os', 'system'), ...op.mark, ...op.string(`touch ${mark}`), ...op.tuple, ...op.reduce];
    const honest = checkpointPickle({ w: matrix }, 'M()');
    // The attack stands as a value under the name `evil` beside the weights.
    const pickle = joined(
      op.protocol,
      op.emptyDict,
      op.mark,
      op.string('evil'),
      attack,
      honest.subarray(4, honest.length - 2),
      op.setItems,
      op.stop,
    );
    const bytes = zipOf([
      { name: 'c/data.pkl', bytes: pickle },
      { name: 'c/data/0', bytes: six[0] },
    ]);
    const source = await openCheckpoint(await saved('attack.pth', bytes));
    expect([...source.tensors.keys()]).toEqual(['w']);
    expect(existsSync(mark)).toBe(false);
    await source.close();
  });
});

describe('a safetensors file', () => {
  test('gives the same as a PyTorch file', async () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const bytes = encodeSafetensors({ w: { dtype: 'F32', shape: [2, 3], data } }, { model: 'M(x=1)' });
    const source = await openCheckpoint(await saved('good.safetensors', bytes));
    expect(source.expression).toBe('M(x=1)');
    expect([...(await source.read('w'))]).toEqual([...data]);
    await source.close();
  });
});

const good = torchFile({ w: matrix }, six);
const hostile: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
  ['an empty file', () => new Uint8Array(0), /empty or cut/],
  ['a file of zeros', () => new Uint8Array(1000), /neither a PyTorch nor a safetensors/],
  ['a picture', () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Uint8Array(50)), /neither/],
  ['a file cut in the middle', () => good.subarray(0, good.length / 2), /cut/],
  ['a file cut at its end', () => good.subarray(0, good.length - 8), /cut/],
  ['a zip without a checkpoint', () => zipOf([{ name: 'a.txt', bytes: six[0] }]), /without a PyTorch checkpoint/],
  ['a compressed zip', () => zipOf([{ name: 'c/data.pkl', bytes: six[0] }], 8), /compressed/],
  [
    'a tensor larger than its storage',
    () => torchFile({ w: { ...matrix, shape: [2, 4], strides: [4, 1] } }, six),
    /tensor w is larger than its storage/,
  ],
  [
    'a tensor of absurd size',
    () => torchFile({ w: { ...matrix, shape: [2 ** 30, 2 ** 30], strides: [1, 1] } }, six),
    /larger than its storage/,
  ],
  [
    'a number blown up by stride zero',
    () => torchFile({ w: { ...matrix, shape: [1e9 | 0], strides: [0] } }, six),
    /larger than its storage/,
  ],
  ['a tensor with a negative size', () => torchFile({ w: { ...matrix, shape: [-2, 3] } }, six), /no valid shape/],
  ['a tensor without a storage', () => torchFile({ w: { ...matrix, storage: '9' } }, six), /no storage/],
  ['a storage of an unknown class', () => torchFile({ w: { ...matrix, type: 'EvilStorage' } }, six), /unknown type/],
  [
    'a pickle cut inside a string',
    () => zipOf([{ name: 'c/data.pkl', bytes: joined(op.protocol, op.string('abc').slice(0, 6)) }]),
    /cut/,
  ],
  [
    'a string that claims four gigabytes',
    () => zipOf([{ name: 'c/data.pkl', bytes: joined([0x58, 0xff, 0xff, 0xff, 0xff]) }]),
    /cut/,
  ],
  [
    'an unknown instruction',
    () => zipOf([{ name: 'c/data.pkl', bytes: Uint8Array.of(0x80, 2, 0x01) }]),
    /unknown instruction 1/,
  ],
  [
    'a stack that is used before it is filled',
    () => zipOf([{ name: 'c/data.pkl', bytes: Uint8Array.of(0x52, 0x2e) }]),
    /damaged/,
  ],
  [
    'a hundred thousand nested tuples',
    () => zipOf([{ name: 'c/data.pkl', bytes: joined(op.emptyTuple, new Uint8Array(100_000).fill(0x85), op.stop) }]),
    /no named tensors/,
  ],
  [
    'two million marks',
    () => zipOf([{ name: 'c/data.pkl', bytes: new Uint8Array(2_000_000).fill(0x28) }]),
    /absurdly long/,
  ],
  ['a file from before PyTorch 1.6', () => joined([0x80, 2, 0x8a, 10], new Uint8Array(50)), /before version 1\.6/],
  [
    'a safetensors header that claims exabytes',
    () => joined(new Uint8Array(7).fill(255), [0x7f], [0x7b, 0x7d], new Uint8Array(20)),
    /header length/,
  ],
  [
    'overlapping safetensors',
    () => {
      const json =
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}';
      return joined([json.length, 0, 0, 0, 0, 0, 0, 0], new TextEncoder().encode(json), new Uint8Array(12));
    },
    /overlaps/,
  ],
];

describe('what is no checkpoint is answered with one sentence', () => {
  test.for(hostile.map(([what, make, reason]) => ({ what, make, reason })))('$what', async ({ make, reason }) => {
    const failure = openCheckpoint(await saved('hostile.bin', make()));
    await expect(failure).rejects.toMatchObject({ code: 'checkpoint-unreadable' });
    await expect(failure).rejects.toThrow(reason);
    await expect(failure).rejects.toThrow(/^hostile\.bin cannot be read as a checkpoint: [^\n]+\.$/);
  });

  test('two files of a zip at one place', async () => {
    const bytes = zipOf([
      { name: 'c/data.pkl', bytes: checkpointPickle({ w: matrix }, 'M()') },
      { name: 'c/data/0', bytes: six[0] },
    ]);
    // The second entry of the table of contents is pointed at the first one's place, which makes its contents overlap.
    const view = new DataView(bytes.buffer);
    let at = bytes.length - 22 - (46 + 'c/data/0'.length);
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    view.setUint32((at += 42), 0, true);
    await expect(openCheckpoint(await saved('overlap.pth', bytes))).rejects.toThrow(/overlap/);
  });

  test('a file that is not there, and a folder', async () => {
    await expect(openCheckpoint(join(folder, 'nowhere.pth'))).rejects.toThrow('there is no such file');
    await expect(openCheckpoint(folder)).rejects.toThrow('it is not a file');
  });
});
