// The life of a project: made, opened, locked, and every way in which that can fail.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { temporaryFolder, temporaryProject } from '../../../support/project-fixtures.ts';
import { frameDraft, noBounds, photoRow, runSettings } from '../../../support/project-rows.ts';

const withCode = (code: string) => expect.objectContaining({ name: 'StudioFailure', code });

test('a new project has its folders and its name, and can be opened again', async () => {
  const folder = join(await temporaryFolder(), 'دار 🏠');
  const made = await ProjectStore.create(folder, 'House');
  expect((await readdir(folder)).filter((name) => !name.includes('sqlite'))).toEqual([
    'chunks',
    'photos',
    'states',
    'thumbs',
  ]);
  const { id } = made.info();
  made.close();
  const opened = await ProjectStore.open(folder);
  expect(opened.info()).toMatchObject({ id, name: 'House', folder, photoCount: 0, coverPhotoId: null, problem: null });
  expect(opened.openNotices).toEqual([]);
  opened.close();
});

test('renaming and the cover photo are kept', async () => {
  const store = await temporaryProject();
  store.photos.add([photoRow('a'), photoRow('b')]);
  expect(store.info()).toMatchObject({ photoCount: 2, coverPhotoId: 'a' });
  store.meta.set('coverPhotoId', 'b');
  expect(store.rename('Garden')).toMatchObject({ name: 'Garden', coverPhotoId: 'b' });
  store.meta.set('coverPhotoId', null);
  expect(store.info().coverPhotoId).toBe('a');
});

test('the size on disk counts every file below the folder', async () => {
  const store = await temporaryProject();
  const before = await store.measure();
  await writeFile(join(store.folder, 'chunks', 'x.safetensors'), new Uint8Array(5000));
  expect((await store.measure()) - before).toBeGreaterThanOrEqual(5000);
  expect(store.info().bytesOnDisk).toBeGreaterThan(5000);
});

describe('making a project is refused', () => {
  test('in a folder that holds something', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'letter.txt'), 'mine');
    await expect(ProjectStore.create(folder, 'x')).rejects.toEqual(withCode('project-exists'));
    expect(await readFile(join(folder, 'letter.txt'), 'utf8')).toBe('mine');
  });

  test('where a file is in the way', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(ProjectStore.create(join(folder, 'file', 'project'), 'x')).rejects.toEqual(
      withCode('project-not-writable'),
    );
  });
});

test('a creation that was killed half way leaves a folder that counts as empty', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'project.sqlite.new'), 'half');
  await writeFile(join(folder, 'project.sqlite.new-journal'), 'half');
  const store = await ProjectStore.create(folder, 'x');
  store.close();
});

describe('opening is refused, and the file stays as it was,', () => {
  const refused = async (folder: string, code: string): Promise<void> => {
    const path = join(folder, 'project.sqlite');
    const before = await readFile(path);
    await expect(ProjectStore.open(folder)).rejects.toEqual(withCode(code));
    expect(Buffer.compare(await readFile(path), before)).toBe(0);
  };

  test('when the file is empty', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'project.sqlite'), '');
    await refused(folder, 'project-damaged');
  });

  test('when the file is a text', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'project.sqlite'), 'not a database, '.repeat(500));
    await refused(folder, 'project-damaged');
  });

  test('when the file is cut off', async () => {
    const folder = await filledProject();
    await truncate(join(folder, 'project.sqlite'), 40_000);
    await refused(folder, 'project-damaged');
  });

  test('when a page inside is overwritten', async () => {
    const folder = await filledProject();
    const path = join(folder, 'project.sqlite');
    const bytes = await readFile(path);
    bytes.fill(0x5a, 8192, 16_384);
    await writeFile(path, bytes);
    await refused(folder, 'project-damaged');
  });

  test('when the database belongs to another program', async () => {
    const folder = await filledProject();
    const path = join(folder, 'project.sqlite');
    const bytes = await readFile(path);
    // The application id is at byte 68 of the header (SQLite file format 1.3).
    bytes.writeUInt32BE(0, 68);
    await writeFile(path, bytes);
    await refused(folder, 'project-damaged');
  });

  test('when it comes from a newer studio', async () => {
    const folder = await filledProject();
    const path = join(folder, 'project.sqlite');
    const bytes = await readFile(path);
    // The user version is at byte 60.
    bytes.writeUInt32BE(999, 60);
    await writeFile(path, bytes);
    await refused(folder, 'project-newer');
  });
});

test('opening a folder without a project says so', async () => {
  const folder = await temporaryFolder();
  await expect(ProjectStore.open(folder)).rejects.toEqual(withCode('project-missing'));
  await expect(ProjectStore.open(join(folder, 'gone'))).rejects.toEqual(withCode('project-missing'));
});

test('a project without write permission is refused with a sentence, and can be looked at', async () => {
  const folder = await filledProject();
  await chmod(folder, 0o755);
  await chmod(join(folder, 'project.sqlite'), 0o444);
  if (process.getuid?.() !== 0) await chmod(folder, 0o555);
  const scratch = await temporaryFolder();
  await chmod(scratch, 0o777);
  const answer = await openElsewhere(folder, 'nobody', scratch);
  await chmod(folder, 0o755);
  expect(answer.split('\n')).toEqual(['project-not-writable', 'looked']);
});

test('a project that is open is locked, for this process and for others, until it is closed', async () => {
  const store = await temporaryProject();
  await expect(ProjectStore.open(store.folder)).rejects.toEqual(withCode('project-locked'));
  expect(await openElsewhere(store.folder)).toBe('project-locked');
  store.close();
  store.close();
  expect(await openElsewhere(store.folder)).toBe('opened');
});

test('the lock ends with the process that held it, however that ended', async () => {
  const folder = await filledProject();
  const child = spawn(process.execPath, [opener, folder, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(ProjectStore.open(folder)).rejects.toEqual(withCode('project-locked'));
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await ProjectStore.open(folder)).close();
});

test('the copy of a database is a database', async () => {
  const folder = await filledProject();
  const store = await ProjectStore.open(folder);
  const target = await temporaryFolder();
  store.copyDatabase(join(target, 'project.sqlite'));
  store.close();
  const copy = await ProjectStore.open(target);
  expect(copy.photos.count()).toBe(40);
  // Its chunk was not copied along, and opening has noticed.
  expect(copy.openNotices).toHaveLength(1);
  copy.close();
});

const opener = join(import.meta.dirname, '../../../support/open-project.ts');

async function openElsewhere(folder: string, ...mode: string[]): Promise<string> {
  const child = spawn(process.execPath, [opener, folder, ...mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  await once(child, 'close');
  return text.trim();
}

/** A closed project with enough rows to fill many pages. */
async function filledProject(): Promise<string> {
  const store = await temporaryProject();
  store.photos.add(Array.from({ length: 40 }, (_, idx) => photoRow(`p${idx}`, { camera: 'x'.repeat(1000) })));
  const run = store.runs.create('geometry', runSettings);
  await writeFile(join(store.folder, 'chunks', 'c.safetensors'), 'points');
  const chunk = { id: 'c', photoId: 'p0', kind: 'final' as const, count: 1, bounds: noBounds };
  store.commitStep({ runId: run.id, frames: [frameDraft('p0', 0)], chunks: [chunk] });
  store.close();
  const folder = await temporaryFolder();
  await copyFile(join(store.folder, 'project.sqlite'), join(folder, 'project.sqlite'));
  await mkdir(join(folder, 'chunks'));
  await copyFile(join(store.folder, 'chunks', 'c.safetensors'), join(folder, 'chunks', 'c.safetensors'));
  return folder;
}
