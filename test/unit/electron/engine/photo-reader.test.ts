// Photos are read ahead without changing what a method gets, and without keeping more than two of them.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PhotoReader } from '../../../../electron/engine/photo-reader.ts';
import { openPhoto } from '../../../../projects/import/decode.ts';
import { photoRow, writePhotos } from '../../../support/engine/generated-photos.ts';
import { numbered } from '../../../support/engine/ledger-project.ts';

const size = { widthPx: 16, heightPx: 12, fit: 'fill' } as const;
let folder: string;
let reader: PhotoReader;
const ids = numbered(3).map((name) => name.replace('.', '-'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reader-'));
  const paths = await writePhotos(folder, numbered(3));
  reader = new PhotoReader();
  reader.add(photosAt(paths));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const photosAt = (paths: readonly string[], isReplaced = false) =>
  paths.map((path, idx) => ({
    ...photoRow(path, numbered(3)[idx]),
    orderIdx: idx,
    absolutePath: path,
    isReplaced,
  }));

const read = (idx: number) => {
  const photo = reader.get(ids[idx]);
  if (!photo) throw new Error('no photo');
  return reader.source(photo).read(size);
};

test('a photo that was read ahead has the same pixels, and its file is not needed any more', async () => {
  const expected = await openPhoto(join(folder, numbered(3)[1])).read(size);
  await read(0);
  reader.readAhead(ids[0], ids[1]);
  // The read ahead has opened the file by the time another photo has been decoded.
  await read(0);
  await read(2);
  await rm(join(folder, numbered(3)[1]));
  expect((await read(1)).data).toEqual(expected.data);
});

test('another size than before is read when it is asked for', async () => {
  await read(0);
  reader.readAhead(ids[0], ids[1]);
  const photo = reader.get(ids[1]);
  const other = await reader.source(photo!).read({ widthPx: 8, heightPx: 6, fit: 'fill' });
  expect([other.widthPx, other.heightPx]).toEqual([8, 6]);
});

test('a photo that has gone fails only for whoever asks for it', async () => {
  await read(0);
  await rm(join(folder, numbered(3)[1]));
  reader.readAhead(ids[0], ids[1]);
  await read(2);
  await expect(read(1)).rejects.toMatchObject({ code: 'photo-missing' });
});

test('what was read ahead for a photo that is skipped is forgotten', async () => {
  await read(0);
  reader.readAhead(ids[0], ids[1]);
  await read(2);
  reader.readAhead(ids[2], null);
  await rm(join(folder, numbered(3)[1]));
  await expect(read(1)).rejects.toMatchObject({ code: 'photo-missing' });
});

test('a picture that was replaced is never read, nor read ahead', async () => {
  const [first, second] = photosAt(numbered(3).map((name) => join(folder, name)));
  reader.add([first, { ...second, isReplaced: true }]);
  await read(0);
  reader.readAhead(ids[0], ids[1]);
  await expect(read(1)).rejects.toMatchObject({ code: 'photo-replaced' });
});
