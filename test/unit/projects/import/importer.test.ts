// An import from sources to rows: order, duplicates, copies, cancel, resume, and processes that die.

import { copyFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportProgress } from '../../../../projects/format/import-session.ts';
import { thumbPath } from '../../../../projects/format/layout.ts';
import { StudioFailure } from '../../../../projects/format/result.ts';
import type { Photo } from '../../../../projects/format/scene.ts';
import type { ImportOptions } from '../../../../projects/import/import-job.ts';
import { importSources, resumeImport } from '../../../../projects/import/importer.ts';
import { probePhotos } from '../../../../projects/import/photo/probe.ts';
import { videoFrames } from '../../../../projects/import/video/frames.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { folderOf, jpeg } from '../../../support/numbered-photos.ts';
import { temporaryProject } from '../../../support/project-fixtures.ts';

interface Told {
  photos: Photo[];
  progress: ImportProgress[];
  notices: string[];
}

function options(change: Partial<ImportOptions> = {}): ImportOptions & { told: Told } {
  const told: Told = { photos: [], progress: [], notices: [] };
  return {
    told,
    tools: { probe: probePhotos, videoFrames },
    signal: new AbortController().signal,
    onProgress: (progress) => told.progress.push(progress),
    onPhotos: (photos) => told.photos.push(...photos),
    onNotice: (sentence) => told.notices.push(sentence),
    ...change,
  };
}
const namesIn = (store: ProjectStore) => store.photos.list().map(({ name }) => name);

test('photos come in the order of their time, then of their names, with thumbnails, and are told as they come', async () => {
  const folder = await folderOf({
    'b/10.jpg': await jpeg(1),
    'b/9.jpg': await jpeg(2),
    'late.jpg': await jpeg(3, '2024:01:01 12:00:00'),
    'zz early.jpg': await jpeg(4, '2024:01:01 11:00:00'),
  });
  const store = await temporaryProject();
  const to = options();
  const report = await importSources(store, [folder], false, to);
  expect(report).toMatchObject({ stage: 'done', found: 4, done: 4, imported: 4, skipped: [] });
  expect(namesIn(store)).toEqual(['zz early.jpg', 'late.jpg', 'b/9.jpg', 'b/10.jpg']);
  expect(store.photos.list().map(({ orderIdx }) => orderIdx)).toEqual([0, 1, 2, 3]);
  expect(store.photos.list()[0]).toMatchObject({ path: join(folder, 'zz early.jpg'), widthPx: 64, heightPx: 48 });
  const thumbs = await readdir(join(store.folder, 'thumbs'));
  expect(thumbs.sort()).toEqual(
    store.photos
      .list()
      .map(({ id }) => thumbPath(id).split('/')[1])
      .sort(),
  );
  expect(to.told.progress[0].stage).toBe('listing');
  expect(to.told.progress.at(-1)).toEqual(report);
  expect(new Set(to.told.photos.map(({ id }) => id)).size).toBe(4);
  // What was told last of each photo is what is in the project.
  expect(store.photos.list()).toEqual(
    store.photos.list().map(({ id }) => to.told.photos.findLast((photo) => photo.id === id)),
  );
});

test('photos whose folder was moved are found again when it is imported from its new place', async () => {
  const [old, copy] = [await folderOf({ 'a.jpg': await jpeg(1), 'b.jpg': await jpeg(2) }), await folderOf({})];
  const store = await temporaryProject();
  await importSources(store, [old], false, options());
  const before = store.photos.list();
  await rename(join(old, 'a.jpg'), join(copy, 'renamed.jpg'));
  await copyFile(join(old, 'b.jpg'), join(copy, 'b.jpg'));
  const to = options();
  expect(await importSources(store, [copy], false, to)).toMatchObject({ imported: 0, skipped: [{ name: 'b.jpg' }] });
  // The same photo, with its name and its place in the order; b.jpg is still where it was.
  expect(store.photos.list()).toEqual([{ ...before[0], path: join(copy, 'renamed.jpg') }, before[1]]);
  expect(to.told.photos).toEqual([store.photos.list()[0]]);
  expect(to.told.notices).toEqual(['a.jpg was not where it had been; it is read from its new place.']);
});

test('photos of a later import come after all earlier ones', async () => {
  const store = await temporaryProject();
  await importSources(store, [await folderOf({ 'a.jpg': await jpeg(1, '2024:05:01 00:00:00') })], false, options());
  const before = await folderOf({
    'c.jpg': await jpeg(3, '2024:01:02 00:00:00'),
    'b.jpg': await jpeg(2, '2024:01:03 00:00:00'),
  });
  await importSources(store, [before], false, options());
  expect(namesIn(store)).toEqual(['a.jpg', 'c.jpg', 'b.jpg']);
});

test('what cannot be read and what is there already is told with the reason, and the rest goes on', async () => {
  const same = await jpeg(1);
  const folder = await folderOf({
    'a.jpg': same,
    'b/copy of a.jpg': same,
    'c.jpg': Buffer.from('text'),
    'd.jpg': await jpeg(2),
  });
  const store = await temporaryProject();
  const report = await importSources(store, [folder, join(folder, 'gone.jpg')], false, options());
  expect(report).toMatchObject({ stage: 'done', found: 5, done: 5, imported: 2 });
  expect(report.skipped).toEqual([
    { name: 'b/copy of a.jpg', code: 'photo-duplicate', reason: 'b/copy of a.jpg is the same picture as a.jpg.' },
    {
      name: 'c.jpg',
      code: 'photo-unreadable',
      reason: 'c.jpg cannot be read: it is not a picture of a kind the studio knows.',
    },
    { name: 'gone.jpg', code: 'photo-missing', reason: 'gone.jpg is no longer where it was.' },
  ]);
  // Nothing of the skipped ones is left behind.
  expect(await readdir(join(store.folder, 'thumbs'))).toHaveLength(2);
  const again = await importSources(store, [folder], false, options());
  expect(again.skipped.map(({ code }) => code)).toEqual([
    'photo-duplicate',
    'photo-duplicate',
    'photo-unreadable',
    'photo-duplicate',
  ]);
  expect(store.photos.count()).toBe(2);
});

test('copies lie in the project under names that are free, and the originals may go', async () => {
  const folder = await folderOf({ 'x/IMG_1.jpg': await jpeg(1), 'y/IMG_1.jpg': await jpeg(2) });
  const store = await temporaryProject();
  await importSources(store, [folder], true, options());
  expect(store.photos.list().map(({ path }) => path)).toEqual(['photos/IMG_1.jpg', 'photos/IMG_1-2.jpg']);
  const original = await readFile(join(folder, 'y/IMG_1.jpg'));
  await rm(folder, { recursive: true });
  expect(await readFile(store.photoPath(store.photos.list()[1]))).toEqual(original);
});

test('a copy that a killed import left without a row is used again', async () => {
  const bytes = await jpeg(1);
  const folder = await folderOf({ 'a.jpg': bytes });
  const store = await temporaryProject();
  await writeFile(join(store.folder, 'photos', 'a.jpg'), bytes);
  await importSources(store, [folder], true, options());
  expect(await readdir(join(store.folder, 'photos'))).toEqual(['a.jpg']);
});

test('a folder without photos is refused by name', async () => {
  const folder = await folderOf({ 'notes.txt': Buffer.from('x') });
  const store = await temporaryProject();
  await expect(importSources(store, [folder], false, options())).rejects.toThrow(
    /^There are no photos in permanence-test-/,
  );
  expect(store.imports.open()).toBeNull();
});

describe('an import of 60 photos', () => {
  const many = async (): Promise<string> =>
    folderOf(
      Object.fromEntries(
        await Promise.all(Array.from({ length: 60 }, async (_, idx) => [`${idx}.jpg`, await jpeg(idx)] as const)),
      ),
    );

  test('that is cancelled keeps what it has read, and resumes with the rest', async () => {
    const folder = await many();
    const store = await temporaryProject();
    const abort = new AbortController();
    const cancelled = await importSources(
      store,
      [folder],
      false,
      options({ signal: abort.signal, onPhotos: () => abort.abort() }),
    );
    expect(cancelled.stage).toBe('cancelled');
    expect(cancelled.imported).toBeGreaterThan(0);
    expect(cancelled.imported).toBeLessThan(60);
    expect(store.photos.count()).toBe(cancelled.imported);
    const asked: string[] = [];
    const resumed = await resumeImport(
      store,
      options({
        tools: {
          probe: (request) => {
            asked.push(...request.files.map(({ path }) => path));
            return probePhotos(request);
          },
          videoFrames,
        },
      }),
    );
    expect(resumed).toMatchObject({ stage: 'done', found: 60, done: 60, imported: 60, skipped: [] });
    expect(asked).toHaveLength(60 - cancelled.imported);
    expect(namesIn(store)).toEqual(Array.from({ length: 60 }, (_, idx) => `${idx}.jpg`));
    expect(await resumeImport(store, options())).toBeNull();
  });

  test('that was cut off with its process resumes after the project is opened again', async () => {
    const folder = await many();
    const store = await temporaryProject();
    let batches = 0;
    const dying = importSources(
      store,
      [folder],
      true,
      options({
        // From the third batch on no answer comes: the host was killed while it waited.
        tools: {
          probe: (request) => (++batches > 2 ? new Promise(() => undefined) : probePhotos(request)),
          videoFrames,
        },
      }),
    );
    await expect.poll(() => store.photos.count(), { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(() => batches).toBeGreaterThan(2);
    store.close();
    void dying.catch(() => undefined);

    const opened = await ProjectStore.open(store.folder);
    expect(opened.imports.open()).not.toBeNull();
    const resumed = await resumeImport(opened, options());
    expect(resumed).toMatchObject({ stage: 'done', imported: 60, skipped: [] });
    expect(await readdir(join(opened.folder, 'photos'))).toHaveLength(60);
    opened.close();
  });

  test('loses only the photo that ends the reading process', async () => {
    const folder = await many();
    const store = await temporaryProject();
    const probe: ImportOptions['tools']['probe'] = (request) =>
      request.files.some(({ path }) => path.endsWith('/7.jpg'))
        ? Promise.reject(new StudioFailure('engine-gone', { reason: 'signal SIGSEGV.' }))
        : probePhotos(request);
    const report = await importSources(store, [folder], false, options({ tools: { probe, videoFrames } }));
    expect(report).toMatchObject({ stage: 'done', imported: 59 });
    expect(report.skipped).toMatchObject([{ name: '7.jpg', code: 'photo-unreadable' }]);
    expect(report.skipped[0].reason).toContain('reading it ended the reading process');
  });

  test('stops when the disk is full, says so, and resumes when there is room', async () => {
    const folder = await many();
    const store = await temporaryProject();
    const full: ImportOptions['tools']['probe'] = async (request) => {
      if (store.photos.count() === 0) return probePhotos(request);
      const error = { code: 'disk-full' as const, sentence: 'Full.' };
      return request.files.map(({ photoId }) => ({ ok: false, photoId, error }));
    };
    const failed = importSources(store, [folder], false, options({ tools: { probe: full, videoFrames } }));
    await expect(failed).rejects.toMatchObject({ code: 'disk-full' });
    expect(await resumeImport(store, options())).toMatchObject({ stage: 'done', imported: 60, skipped: [] });
  });
});

describe('a video', () => {
  /** Stands in for ffmpeg, which not every machine has: three frames, the same each time. */
  const threeFrames: ImportOptions['tools']['videoFrames'] = async ({ path, folder }) => {
    const frames = [700, 3200, 65_000].map((timeMs) => ({
      path: join(folder, `${basename(path)}-${timeMs}.jpg`),
      timeMs,
    }));
    for (const frame of frames) await writeFile(frame.path, await jpeg(frame.timeMs));
    return { frames, notices: ['3 of about 90 frames were chosen.'] };
  };
  const tools = { probe: probePhotos, videoFrames: threeFrames };

  test('brings its frames in order of time, named by it, and brings none twice', async () => {
    const clip = join(await folderOf({ 'clip.mp4': Buffer.from('film') }), 'clip.mp4');
    const store = await temporaryProject();
    const to = options({ tools });
    const report = await importSources(store, [clip], false, to);
    expect(report).toMatchObject({ stage: 'done', found: 1, done: 1, imported: 3, skipped: [] });
    expect(namesIn(store)).toEqual(['clip.mp4 · 0:00.7', 'clip.mp4 · 0:03.2', 'clip.mp4 · 1:05.0']);
    expect(store.photos.list().map(({ path }) => path)).toEqual(
      [700, 3200, 65_000].map((timeMs) => `photos/clip.mp4-${timeMs}.jpg`),
    );
    expect(to.told.notices).toEqual(['3 of about 90 frames were chosen.']);
    const again = await importSources(store, [clip], false, options({ tools }));
    expect(again).toMatchObject({ imported: 0, skipped: [{ name: 'clip.mp4', code: 'photo-duplicate' }] });
    expect(await readdir(join(store.folder, 'photos'))).toHaveLength(3);
  });

  test('that cannot be read is skipped with a sentence, and the photos beside it come in', async () => {
    const folder = await folderOf({
      'a.mp4': Buffer.from('no video'),
      'b.jpg': await jpeg(1),
      'c.mov': Buffer.alloc(0),
    });
    const store = await temporaryProject();
    const report = await importSources(store, [folder], false, options());
    expect(report.imported).toBe(1);
    expect(report.skipped).toEqual([
      {
        name: 'a.mp4',
        code: 'video-unreadable',
        reason: 'a.mp4 cannot be read as a video: it is no video of a kind the studio knows.',
      },
      { name: 'c.mov', code: 'video-unreadable', reason: 'c.mov cannot be read as a video: the file is empty.' },
    ]);
  });
});
