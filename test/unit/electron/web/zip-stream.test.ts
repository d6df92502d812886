// A folder as a zip: read back by the reader of archives that the studio has for checkpoints, which knows nothing of the writer.

import { createWriteStream } from 'node:fs';
import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { zipOf } from '../../../../electron/web/zip-stream.ts';
import { listZip, readAt } from '../../../../models/compile/zip.ts';
import { temporaryFolder } from '../../../support/project-fixtures.ts';

test('every file is in it under its name, byte for byte; empty ones too', async () => {
  const root = await temporaryFolder();
  const contents: Record<string, Buffer> = {
    'cameras.txt': Buffer.from('one camera'),
    'empty.txt': Buffer.alloc(0),
    'sparse/0/bilder ünd.bin': Buffer.alloc(300_000, 7),
  };
  await mkdir(join(root, 'model', 'sparse', '0'), { recursive: true });
  for (const [name, bytes] of Object.entries(contents)) await writeFile(join(root, 'model', name), bytes);
  const path = join(root, 'model.zip');
  await pipeline(await zipOf(join(root, 'model'), 'Büro'), createWriteStream(path));
  const file = await open(path);
  const entries = await listZip(file, (await stat(path)).size);
  expect([...entries.keys()].toSorted()).toEqual(Object.keys(contents).map((name) => `Büro/${name}`));
  for (const [name, bytes] of Object.entries(contents)) {
    const entry = entries.get(`Büro/${name}`)!;
    expect(Buffer.from(await readAt(file, entry.offset, entry.byteLength))).toEqual(bytes);
  }
  await file.close();
});

test('the same files are the same archive; one that vanishes meanwhile ends it with an error', async () => {
  const root = await temporaryFolder();
  for (const name of ['a.txt', 'b.txt']) await writeFile(join(root, name), name);
  const [first, again] = [await buffer(await zipOf(root, 'x')), await buffer(await zipOf(root, 'x'))];
  expect(again.equals(first)).toBe(true);
  const zip = await zipOf(root, 'x');
  await rm(join(root, 'b.txt'));
  await expect(buffer(zip)).rejects.toThrow('b.txt');
});
