// Checkpoints that somebody has damaged by hand or by design: a few hundred seeded mutations, each answered with what the file holds or one sentence.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../../models/compile/open-checkpoint.ts';
import { describeCheckpoint } from '../../../../models/compile/families.ts';
import { StudioFailure } from '../../../../projects/format/result.ts';
import { decodeSafetensors } from '../../../../projects/format/safetensors.ts';
import { randomFrom } from '../../../support/crash.ts';
import { checkpointPickle, joined, op, torchFile, zipOf, type FakeTensor } from '../../../support/torch-file.ts';

const fixture = fileURLToPath(new URL('../../../fixtures/models/permanence-toy.safetensors', import.meta.url));
let folder: string;
let safetensors: Uint8Array;
let torch: Uint8Array;
const storageOf: Readonly<Record<string, string>> = {
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
};
/** Where a mutation does most: not in the weights. */
let torchEnds: { pickle: number; directory: number };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  safetensors = await readFile(fixture);
  const { tensors, metadata } = decodeSafetensors(safetensors);
  const fakes: Record<string, FakeTensor> = {};
  const storages: Record<string, Uint8Array> = {};
  for (const [name, { dtype, shape, data }] of tensors) {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
    const storage = String(Object.keys(fakes).length);
    fakes[name] = { storage, shape, strides, type: storageOf[dtype] };
    storages[storage] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  torch = torchFile(fakes, storages, metadata.model);
  const pickle = 100 + checkpointPickle(fakes, metadata.model).byteLength;
  torchEnds = { pickle, directory: Math.min(torch.byteLength - pickle, 64 * tensors.size) };
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

type Outcome = 'whole' | 'checkpoint-unreadable' | 'checkpoint-unsupported';

/** Does with a file what the studio does before anything is written. Whatever else is thrown is a crash. */
async function outcomeOf(bytes: Uint8Array): Promise<Outcome> {
  const path = join(folder, 'hostile.bin');
  await writeFile(path, bytes);
  try {
    const source = await openCheckpoint(path);
    try {
      await describeCheckpoint(source, 'hostile.bin', 'float32');
      for (const name of [...source.tensors.keys()].slice(0, 3)) await source.read(name);
    } finally {
      await source.close();
    }
    return 'whole';
  } catch (thrown) {
    if (!(thrown instanceof StudioFailure)) throw thrown;
    expect(thrown.message).toMatch(/^[^\n]{10,1000}\.$/u);
    expect(['checkpoint-unreadable', 'checkpoint-unsupported']).toContain(thrown.code);
    return thrown.code as Outcome;
  }
}

const lengths = [0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff];

/** One to four changes: bytes turned, a length made absurd, a stretch repeated, zeroed or taken out, the file cut. */
function mutated(bytes: Uint8Array, random: () => number, placeOf: () => number): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let change = 0; change <= random() * 4; change++) {
    const at = Math.min(out.byteLength - 9, placeOf());
    const size = Math.floor(random() * 64);
    const kind = Math.floor(random() * 7);
    if (kind <= 1) out[at] = Math.floor(random() * 256);
    else if (kind === 2) new DataView(out.buffer).setUint32(at, lengths[Math.floor(random() * lengths.length)], true);
    else if (kind === 3) out.copyWithin(placeOf(), at, at + size);
    else if (kind === 4) out.fill(0, at, at + size);
    else if (kind === 5) out = joined(out.subarray(0, at), out.subarray(at + size));
    else if (random() < 0.3) out = out.slice(0, at);
  }
  return out;
}

/** Whole numbers of the header replaced, so that it stays JSON: shapes, offsets, and types that are none. */
function mutatedHeader(bytes: Uint8Array, random: () => number): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const absurd = ['0', '1', '-1', '1.5', '1e300', '4294967296', '9007199254740991', 'null', '"F32"', '[]', '{}'];
  let text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  for (let change = 0; change <= random() * 3; change++) {
    const from = Math.floor(random() * text.length);
    const place = /\d+|"F32"/g;
    place.lastIndex = from;
    const found = place.exec(text);
    if (found)
      text = text.slice(0, found.index) + absurd[Math.floor(random() * absurd.length)] + text.slice(place.lastIndex);
  }
  const header = new TextEncoder().encode(text);
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, header.byteLength, true);
  return joined(head, header, bytes.subarray(8 + length));
}

async function tally(
  count: number,
  seed: number,
  make: (random: () => number) => Uint8Array,
): Promise<Map<Outcome, number>> {
  const outcomes = new Map<Outcome, number>();
  for (let round = 0; round < count; round++) {
    const outcome = await outcomeOf(make(randomFrom(seed + round)));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}

describe('A damaged checkpoint never does more than be refused', () => {
  test('what is mutated was whole', async () => {
    expect(await outcomeOf(safetensors)).toBe('whole');
    expect(await outcomeOf(torch)).toBe('whole');
  });

  test('safetensors with bytes changed', { timeout: 240_000 }, async () => {
    const header = new DataView(safetensors.buffer, safetensors.byteOffset).getUint32(0, true);
    const outcomes = await tally(120, 1000, (random) =>
      mutated(safetensors, random, () => Math.floor(random() * header)),
    );
    expect(outcomes.get('checkpoint-unreadable')).toBeGreaterThan(60);
  });

  test('safetensors with other numbers in their header', { timeout: 240_000 }, async () => {
    const outcomes = await tally(120, 2000, (random) => mutatedHeader(safetensors, random));
    expect(outcomes.get('checkpoint-unreadable')).toBeGreaterThan(60);
  });

  test('PyTorch files with bytes changed in the pickle or the table of contents', { timeout: 240_000 }, async () => {
    const { pickle, directory } = torchEnds;
    const outcomes = await tally(160, 3000, (random) =>
      mutated(torch, random, () =>
        Math.floor(random() < 0.6 ? random() * pickle : torch.byteLength - random() * directory),
      ),
    );
    expect(outcomes.get('checkpoint-unreadable')).toBeGreaterThan(80);
  });
});

const inZip = (...code: (readonly number[])[]): Uint8Array =>
  zipOf([{ name: 'c/data.pkl', bytes: joined(op.protocol, ...code, op.stop) }]);
const put = (key: number): number[] => [0x71, key];
const get = (key: number): number[] => [0x68, key];

describe('What would take all memory or never end is refused', () => {
  test('a name that is a list of lists of lists, as text of a billion billion letters', async () => {
    const laughs = [...op.string('ha'), ...put(0)];
    for (let level = 1; level <= 60; level++) laughs.push(...get(level - 1), ...get(level - 1), 0x86, ...put(level));
    for (const use of [
      [0x93], // as a class
      [...op.persistent],
    ])
      expect(await outcomeOf(inZip(laughs, get(60), use))).toBe('checkpoint-unreadable');
    const asName = inZip(op.emptyDict, op.mark, laughs.concat(get(60)), op.whole(1), op.setItems);
    expect(await outcomeOf(asName)).toBe('checkpoint-unreadable');
  });

  test('sixteen million maps that hang in tuples', async () => {
    const layer = [0x28, ...new Array<number>(1000).fill(0x7d), 0x74];
    const bytes = new Uint8Array(layer.length * 16_000);
    for (let i = 0; i < 16_000; i++) bytes.set(layer, i * layer.length);
    await writeFile(join(folder, 'maps.pth'), zipOf([{ name: 'c/data.pkl', bytes }]));
    await expect(openCheckpoint(join(folder, 'maps.pth'))).rejects.toThrow(/absurdly long/);
  });

  test('a parameter that holds itself', async () => {
    const self = [
      ...op.global('torch._utils', '_rebuild_parameter'),
      ...[0x5d, ...put(1), ...op.reduce, ...put(2)],
      // The call is appended to its own arguments.
      ...[...get(1), ...get(2), 0x61, 0x30],
    ];
    const bytes = inZip(op.emptyDict, op.mark, op.string('w'), self, op.setItems);
    await writeFile(join(folder, 'self.pth'), bytes);
    await expect(openCheckpoint(join(folder, 'self.pth'))).rejects.toThrow(/holds no tensors/);
  });

  test('types that every JavaScript object knows, metadata that is none, and names of many lines', async () => {
    const file = (json: string): Uint8Array =>
      joined(
        [json.length & 255, json.length >> 8, 0, 0, 0, 0, 0, 0],
        new TextEncoder().encode(json),
        new Uint8Array(4),
      );
    const entry = '"shape":[1],"data_offsets":[0,4]}';
    for (const json of [
      `{"a":{"dtype":"constructor",${entry}}`,
      `{"a":{"dtype":"__proto__",${entry}}`,
      `{"__metadata__":null,"a":{"dtype":"F32",${entry}}`,
      `{"a\\nb":{"dtype":"F32",${entry}}`,
      `{"${'a'.repeat(2000)}":{"dtype":"F32",${entry}}`,
    ])
      expect(await outcomeOf(file(json))).toBe('checkpoint-unreadable');
  });
});
