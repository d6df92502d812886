// The core as hosts use it: commands checked at the border, projects, import, edits, runs that outlive the host.

import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { numbered } from '../../../support/engine/ledger-project.ts';
import { plainSettings } from '../../../support/plain-settings.ts';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';

let studio: LedgerStudio;
beforeEach(async () => {
  studio = await LedgerStudio.create();
});
afterEach(() => studio.destroy());

const newProject = (name = 'Test'): Promise<unknown> => studio.do('projects.create', { name, folder: null });
const snapshot = async () => {
  const answer = await studio.do('project.snapshot', null);
  if (!answer) throw new Error('no project is open');
  return answer;
};

describe('At the border', () => {
  test('an input that does not fit is refused with the place of the fault', async () => {
    const result = await studio.studio.invokeUnchecked('run.start', { modelId: 'ledger', settings: { sizePx: 'big' } });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'bad-input', sentence: expect.stringContaining('settings.sizePx') },
    });
  });

  test.each([['toString'], ['__proto__'], ['no.such'], [null], [{}]])('%s is no command', async (name) => {
    expect(await studio.studio.invokeUnchecked(name, null)).toMatchObject({ ok: false, error: { code: 'bad-input' } });
  });

  test('commands about a project say when none is open', async () => {
    expect(await studio.codeOf('import.cancel', null)).toBe('no-project');
    expect(await studio.codeOf('run.pause', null)).toBe('no-project');
    expect(await studio.codeOf('edits.undo', null)).toBe('no-project');
    expect(await studio.do('project.snapshot', null)).toBeNull();
  });

  test('settings change one by one and stay', async () => {
    await studio.do('settings.set', { theme: 'light' });
    await studio.do('settings.set', { reducedQuality: true });
    await studio.restart();
    expect(await studio.do('settings.get', null)).toEqual({ theme: 'light', reducedQuality: true });
    await writeFile(join(studio.root, 'data', 'settings.json'), '{"theme": 7');
    expect(await studio.do('settings.get', null)).toEqual({ theme: 'system', reducedQuality: false });
  });
});

describe('Methods', () => {
  test('are listed with the default first; built-in ones stay', async () => {
    const models = await studio.do('models.list', null);
    expect(models.map(({ id, isDefault }) => [id, isDefault])).toEqual([
      ['geometry', true],
      ['ledger', false],
    ]);
    expect(models[1].provider).toMatch(/^CPU, \d+ threads$/);
    for (const modelId of ['geometry', 'ledger'])
      expect(await studio.codeOf('models.remove', { modelId })).toBe('not-allowed');
    expect(await studio.codeOf('models.remove', { modelId: 'nope' })).toBe('model-unknown');
  });

  test('are not made of a file that is no checkpoint, and one is added at a time', async () => {
    const path = join(studio.root, 'notes.pth');
    await writeFile(path, 'these are only some notes, no weights at all');
    const input = { source: { kind: 'path' as const, path }, acceptLicence: true };
    const codes = await Promise.all([studio.codeOf('models.add', input), studio.codeOf('models.add', input)]);
    expect(codes).toEqual(['checkpoint-unreadable', 'busy']);
    expect(studio.events.map(({ name }) => name)).not.toContain('models.changed');
  });

  test('say that they were cancelled when the user ends the adding', async () => {
    const path = join(studio.root, 'notes.pth');
    await writeFile(path, 'these are only some notes, no weights at all');
    const adding = studio.codeOf('models.add', { source: { kind: 'path', path }, acceptLicence: true });
    await studio.do('models.cancel', null);
    expect(await adding).toBe('cancelled');
  });
});

describe('Projects', () => {
  test('are made, listed, renamed, copied and deleted', async () => {
    await newProject('Garten: 1/2');
    const { folder } = (await snapshot()).project;
    expect(folder).toBe(join(studio.root, 'projects', 'Garten- 1-2'));
    await studio.import(await studio.photos(numbered(2)), true);
    expect((await studio.do('projects.rename', { folder, name: 'Garten' })).name).toBe('Garten');
    const copy = await studio.do('projects.duplicate', { folder, name: 'Copy' });
    expect(copy).toMatchObject({ name: 'Copy', photoCount: 2 });
    expect(copy.id).not.toBe((await snapshot()).project.id);
    await studio.do('projects.delete', { folder });
    expect(existsSync(folder)).toBe(false);
    expect(await studio.do('project.snapshot', null)).toBeNull();
    expect((await studio.do('projects.recent', null)).map(({ name }) => name)).toEqual(['Copy']);
    const opened = await studio.do('projects.open', { folder: copy.folder });
    const [photo] = opened.photos;
    expect(existsSync(studio.studio.resolveBulk('photo', photo.id) ?? '')).toBe(true);
  });

  test('deleting one leaves what the user keeps in its folder, and photos that were not copied', async () => {
    await newProject();
    const { folder } = (await snapshot()).project;
    const [photo] = await studio.photos(numbered(1));
    await studio.import([photo]);
    await writeFile(join(folder, 'my notes.txt'), 'mine');
    await studio.do('projects.delete', { folder });
    expect(await readdir(folder)).toEqual(['my notes.txt']);
    expect(existsSync(photo)).toBe(true);
  });

  test('opening what is open shows it again without closing it', async () => {
    await newProject();
    const { folder } = (await snapshot()).project;
    studio.events.length = 0;
    await studio.do('projects.open', { folder });
    expect(studio.events).toEqual([]);
  });

  test('what cannot be opened is answered with its code, and the list says what is missing', async () => {
    await newProject();
    const { folder } = (await snapshot()).project;
    await studio.do('projects.close', null);
    expect(await studio.codeOf('projects.open', { folder: join(studio.root, 'nowhere') })).toBe('project-missing');
    expect(await studio.codeOf('projects.create', { name: 'x', folder })).toBe('project-exists');
    await rm(folder, { recursive: true });
    const [info] = await studio.do('projects.recent', null);
    expect(info.problem).toContain('There is no project in');
    await studio.do('projects.forget', { folder });
    expect(await studio.do('projects.recent', null)).toEqual([]);
  });
});

describe('Import', () => {
  beforeEach(() => newProject());

  test('takes what can be read and says why the rest cannot', async () => {
    const [first] = await studio.photos(numbered(3));
    await writeFile(join(studio.root, 'photos', 'broken.jpg'), 'no picture');
    await copyFile(first, join(studio.root, 'photos', 'zz copy.png'));
    const progress = await studio.import([join(studio.root, 'photos')]);
    expect(progress).toMatchObject({ stage: 'done', found: 5, imported: 3 });
    expect(progress.skipped.map(({ name, code }) => [name, code])).toEqual([
      ['broken.jpg', 'photo-unreadable'],
      ['zz copy.png', 'photo-duplicate'],
    ]);
    const { photos } = await snapshot();
    expect(photos.map(({ name }) => name)).toEqual(numbered(3));
    expect(existsSync(studio.studio.resolveBulk('thumb', photos[0].id) ?? '')).toBe(true);
  });

  test('of a folder without photos is refused at once', async () => {
    const sources = [{ kind: 'path' as const, path: join(studio.root, 'photos') }];
    expect(await studio.codeOf('import.start', { sources, copy: false })).toBe('no-photos');
  });

  test('goes on after a restart where it was cancelled', async () => {
    await studio.photos(numbered(60));
    const cancelled = studio.next('import.progress', ({ stage }) => stage === 'cancelled');
    const some = studio.next('photos.added');
    await studio.do('import.start', { sources: [{ kind: 'path', path: join(studio.root, 'photos') }], copy: false });
    await some;
    await studio.do('import.cancel', null);
    const before = await cancelled;
    expect(before.imported).toBeGreaterThan(0);
    expect(before.imported).toBeLessThan(60);
    const { folder } = (await snapshot()).project;
    await studio.restart();
    const reopened = await studio.do('projects.open', { folder });
    expect(reopened.import).toMatchObject({ stage: 'cancelled', found: 60, imported: before.imported });
    const through = studio.next('import.progress', ({ stage }) => stage === 'done');
    await studio.do('import.resume', null);
    await through;
    expect((await snapshot()).photos.map(({ name }) => name)).toEqual(numbered(60));
  });

  test('of files a browser sends copies them and clears the upload away', async () => {
    const bytes = async function* () {
      yield new Uint8Array(await readFile((await studio.photos(['a.png']))[0]));
    };
    const sent = await studio.studio.acceptUpload({ uploadId: null, relativePath: 'trip/ä 1.png', bytes: bytes() });
    if (!sent.ok) throw new Error(sent.error.sentence);
    const { uploadId } = sent.value;
    const through = studio.next('project.changed');
    await studio.do('import.start', { sources: [{ kind: 'upload', uploadId }], copy: false });
    await through;
    const [photo] = (await snapshot()).photos;
    expect(photo).toMatchObject({ name: 'trip/ä 1.png', path: expect.stringMatching(/^photos\//) });
    expect(existsSync(join(studio.root, 'data', 'uploads', uploadId))).toBe(false);
  });

  test.each(['../x.png', 'a/../../x.png', '/', 'C:\\x.png', 'a\u0000.png'])(
    'an upload named %j stays in its folder',
    async (name) => {
      const bytes = (async function* () {
        yield new Uint8Array(1);
      })();
      const sent = await studio.studio.acceptUpload({ uploadId: null, relativePath: name, bytes });
      expect(sent).toMatchObject({ ok: false, error: { code: 'bad-input' } });
    },
  );

  test('of a watched folder takes what is there and what comes', async () => {
    await mkdir(join(studio.root, 'watched'));
    const first = studio.next('photos.added');
    await copyFile((await studio.photos(['one.png']))[0], join(studio.root, 'watched', 'one.png'));
    await studio.do('import.watch', { folder: join(studio.root, 'watched') });
    await first;
    const second = studio.next('photos.added');
    await copyFile((await studio.photos(['two.png']))[0], join(studio.root, 'watched', 'two.png'));
    await second;
    expect((await snapshot()).photos.map(({ name }) => name)).toEqual(['one.png', 'two.png']);
    expect((await snapshot()).watchedFolder).toBe(join(studio.root, 'watched'));
    await studio.do('import.watch', { folder: null });
    expect((await snapshot()).watchedFolder).toBeNull();
  });
});

describe('Work in a project', () => {
  beforeEach(async () => {
    await newProject();
    await studio.import(await studio.photos(numbered(4)));
  });

  test('edits are appended, undone and redone, each with an event that tells all of them', async () => {
    const [photo] = (await snapshot()).photos;
    const record = await studio.do('edits.append', { kind: 'photos-excluded', photoIds: [photo.id], excluded: true });
    expect((await studio.do('edits.undo', null))?.undone).toBe(true);
    expect(await studio.do('edits.undo', null)).toBeNull();
    expect((await studio.do('edits.redo', null))?.id).toBe(record.id);
    const told = studio.events.flatMap((event) => (event.name === 'edits.changed' ? [event.payload.edits] : []));
    expect(told.map(([edit]) => edit.undone)).toEqual([false, true, false]);
  });

  test('bulk bytes are found by id and by nothing else', async () => {
    await studio.do('run.start', { modelId: 'ledger', settings: plainSettings });
    await studio.next('run.changed', ({ run }) => run.status === 'done');
    const { chunks, photos, project } = await snapshot();
    expect(studio.studio.resolveBulk('chunk', chunks[0].id)).toBe(
      join(project.folder, 'chunks', `${chunks[0].id}.safetensors`),
    );
    for (const id of ['', '.', '..', '../project', photos[0].id, `../chunks/${chunks[0].id}`])
      expect(studio.studio.resolveBulk('chunk', id)).toBeNull();
  });

  test('an unknown method, a second run at a time and a pause without a run are refused', async () => {
    expect(await studio.codeOf('run.start', { modelId: 'nope', settings: plainSettings })).toBe('model-unknown');
    expect(await studio.codeOf('run.pause', null)).toBe('run-not-found');
    await studio.do('run.start', { modelId: 'ledger', settings: plainSettings });
    expect(await studio.codeOf('run.start', { modelId: 'ledger', settings: plainSettings })).toBe('busy');
  });

  test('closing the studio during a run pauses it, and opening the project shows it ready to go on', async () => {
    await studio.import(await studio.photos(numbered(40, 5)));
    await studio.do('run.start', { modelId: 'ledger', settings: plainSettings });
    await studio.next('chunks.added');
    const { folder } = (await snapshot()).project;
    await studio.restart();
    const opened = await studio.do('projects.open', { folder });
    expect(opened.runs.at(-1)?.status).toBe('paused');
    expect(opened.states.at(-1)?.stepIdx).toBe(opened.frames.length);
    const done = studio.next('run.changed', ({ run }) => run.status === 'done');
    await studio.do('run.resume', null);
    await done;
    expect((await snapshot()).frames).toHaveLength(44);
  });

  test('a belief about an unseen view is a chunk without a row, and can be read by its id', async () => {
    await studio.do('run.start', { modelId: 'ledger', settings: plainSettings });
    await studio.next('run.changed', ({ run }) => run.status === 'done');
    const { frames, chunks } = await snapshot();
    const { worldFromCamera, intrinsics } = frames[0];
    if (!worldFromCamera || !intrinsics) throw new Error('not placed');
    const chunk = await studio.do('run.peek', { worldFromCamera, intrinsics });
    expect(chunk.kind).toBe('inferred');
    expect(existsSync(studio.studio.resolveBulk('chunk', chunk.id) ?? '')).toBe(true);
    expect((await snapshot()).chunks).toHaveLength(chunks.length);
  });

  test('the belief can be asked after the project was closed and opened again: the saved state is woken', async () => {
    await studio.do('run.start', { modelId: 'ledger', settings: plainSettings });
    await studio.next('run.changed', ({ run }) => run.status === 'done');
    const { frames, states, project } = await snapshot();
    const { worldFromCamera, intrinsics } = frames[0];
    if (!worldFromCamera || !intrinsics) throw new Error('not placed');
    await studio.restart();
    await studio.do('projects.open', { folder: project.folder });
    const first = await studio.do('run.peek', { worldFromCamera, intrinsics });
    const second = await studio.do('run.peek', { worldFromCamera, intrinsics });
    expect([first.kind, second.count]).toEqual(['inferred', first.count]);
    expect((await snapshot()).states).toEqual(states);
  });
});
