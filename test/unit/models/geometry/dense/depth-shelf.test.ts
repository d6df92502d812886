// Depth maps of long runs: bounded in memory, the same again from the disk.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DepthMap } from '../../../../../models/geometry/dense/depth-map.ts';
import { DepthShelf } from '../../../../../models/geometry/dense/depth-shelf.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'depth-shelf-'));
  folder = join(root, 'depth');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const side = 256;
/** Half a megabyte that nobody else holds. */
function mapOf(i: number): DepthMap {
  const depth = new Float32Array(side * side).fill(i + 0.1);
  depth[7] = NaN;
  return { widthPx: side, heightPx: side, depth, confidence: new Float32Array(side * side).fill(1 / (i + 1)) };
}

/** Lets the shelf put away what it holds too much. */
async function settled(shelf: DepthShelf, most: number): Promise<void> {
  for (let i = 0; i < 500 && shelf.heldCount > most; i++) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('hundreds of maps take the memory of six, and each is the same when it is asked for again', async () => {
  const shelf = new DepthShelf(folder, 6);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let mostBytes = 0;
  for (let i = 0; i < 300; i++) {
    await shelf.get(`p${i}`, async () => mapOf(i));
    await settled(shelf, 6);
    most = Math.max(most, shelf.heldCount);
    // Garbage that is not collected yet counts here: less than the 157 MB of all maps.
    mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers - before);
  }
  expect(most).toBeLessThanOrEqual(6);
  expect(mostBytes).toBeLessThan(110e6);
  const again = await shelf.get('p3', () => Promise.reject(new Error('It was made already.')));
  expect(again).toEqual(mapOf(3));
  await shelf.clear();
  expect(existsSync(folder)).toBe(false);
});

test('a map that is no longer true is made anew, whether it was in memory or on the disk', async () => {
  const shelf = new DepthShelf(folder, 2);
  for (let i = 0; i < 5; i++) await shelf.get(`p${i}`, async () => mapOf(i));
  await settled(shelf, 2);
  for (const id of ['p0', 'p4']) {
    shelf.drop(id);
    expect(await shelf.get(id, async () => mapOf(77))).toEqual(mapOf(77));
  }
  await shelf.clear();
});

test('one without depth is remembered as such, and a failure is tried again', async () => {
  const shelf = new DepthShelf(null, 2);
  expect(await shelf.get('none', () => Promise.resolve(null))).toBeNull();
  expect(await shelf.get('none', () => Promise.reject(new Error('asked twice')))).toBeNull();
  await expect(shelf.get('bad', () => Promise.reject(new Error('no file')))).rejects.toThrow('no file');
  expect(await shelf.get('bad', async () => mapOf(1))).toEqual(mapOf(1));
});

test('what a process that died has left is taken away; without a place on the disk all stays in memory', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'old.depth'), 'x');
  const shelf = new DepthShelf(folder, 1);
  for (let i = 0; i < 3; i++) await shelf.get(`p${i}`, async () => mapOf(i));
  await settled(shelf, 1);
  expect(await readdir(folder)).not.toContain('old.depth');
  await shelf.clear();
  // A file where the folder should be.
  await writeFile(join(root, 'taken'), 'x');
  const crowded = new DepthShelf(join(root, 'taken', 'depth'), 1);
  for (let i = 0; i < 4; i++) await crowded.get(`p${i}`, async () => mapOf(i));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await crowded.get('p0', () => Promise.reject(new Error('lost')))).toEqual(mapOf(0));
  await crowded.clear();
});
