// What a run writes aside and reads again: nothing is lost, little stays in memory, and a disk that takes nothing is no failure.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PackedLists } from '../../../../models/geometry/map/packed-lists.ts';
import { KeptVectors } from '../../../../models/geometry/matching/kept-vectors.ts';
import { ScratchFile } from '../../../../models/geometry/scratch-file.ts';

const megabyte = 2 ** 20;
let folder: string;
let file: ScratchFile;
let unwritable: ScratchFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scratch-'));
  file = new ScratchFile(join(folder, 'made when needed'));
  await writeFile(join(folder, 'a file'), '');
  unwritable = new ScratchFile(join(folder, 'a file', 'below it'));
});
afterEach(async () => {
  file.close();
  await rm(folder, { recursive: true });
});

describe('a scratch file', () => {
  test('gives back what was written, wherever it lies', () => {
    const at = [1, 2, 3].map((value) => file.append(new Float32Array(1000 * value).fill(value)));
    expect(at).toEqual([0, 4000, 12_000]);
    const second = new Float32Array(2000);
    file.read(4000, second);
    expect(second.every((value) => value === 2)).toBe(true);
    expect(() => file.read(23_999, second)).toThrow('ends too early');
  });

  test.skipIf(process.platform === 'win32')('has no name: a process that dies leaves nothing behind', async () => {
    file.append(new Uint8Array(10));
    expect(await readdir(join(folder, 'made when needed'))).toEqual([]);
  });

  test('tells when the disk does not take it, and can be closed at any time', () => {
    expect(unwritable.append(new Uint8Array(10))).toBeNull();
    unwritable.close();
    file.append(new Uint8Array(10));
    file.close();
    file.close();
    expect(() => file.read(0, new Uint8Array(10))).toThrow('ends too early');
  });
});

describe('packed lists', () => {
  /** The i-th list: its length and its numbers tell whose it is. */
  const listOf = (i: number): Uint16Array =>
    Uint16Array.from({ length: 400 + (i % 7) }, (_, k) => (31 * i + k) % 65_536);

  test('of twenty megabytes hold five in memory, and each is the same when it is read again', () => {
    const lists = new PackedLists(file);
    const kept = Array.from({ length: 26_000 }, (_, i) => lists.add(listOf(i)));
    expect(lists.bytes).toBeLessThan(5 * megabyte);
    // First to last, and then here and there.
    for (let i = 0; i < kept.length; i += 97) expect(lists.get(kept[i])).toEqual(listOf(i));
    for (let i = 0; i < kept.length; i += 97) {
      const other = (i * 7919) % kept.length;
      expect(lists.get(kept[other])).toEqual(listOf(other));
    }
    expect(lists.bytes).toBeLessThan(5 * megabyte);
  });

  test('may be long, or empty', () => {
    const lists = new PackedLists(file);
    const long = lists.add(new Uint16Array(100_000).fill(7));
    const empty = lists.add([]);
    const next = lists.add([65_535]);
    for (let i = 0; i < 100; i++) lists.add(listOf(i));
    expect(lists.get(long).every((value) => value === 7)).toBe(true);
    expect([...lists.get(empty)]).toEqual([]);
    expect([...lists.get(next)]).toEqual([65_535]);
  });

  test('stay in memory where there is no disk, or none that takes them', () => {
    for (const nowhere of [null, unwritable]) {
      const lists = new PackedLists(nowhere);
      const kept = Array.from({ length: 200 }, (_, i) => lists.add(listOf(i)));
      kept.forEach((list, i) => expect(lists.get(list)).toEqual(listOf(i)));
    }
  });
});

describe('kept vectors', () => {
  const length = 512;
  const vectorOf = (i: number): Float32Array => Float32Array.from({ length }, (_, k) => Math.sin(i + 0.1 * k));
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0);

  test('score the same from the file as from memory, and take two blocks of it', () => {
    for (const scratch of [file, null, unwritable]) {
      const vectors = new KeptVectors(length, scratch);
      for (let i = 0; i < 200; i++) vectors.add(vectorOf(i));
      expect(vectors.count).toBe(200);
      for (const count of [0, 1, 64, 130, 200]) {
        const own = vectorOf(count + 0.5);
        expect(vectors.scores(own, count)).toEqual(Array.from({ length: count }, (_, i) => dot(vectorOf(i), own)));
      }
      if (scratch === file) expect(vectors.bytes).toBe(2 * 64 * length * 4);
    }
  });
});
