// A project whose folder cannot be written: it is looked at, and every command that would change it says one sentence.

import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandInput, CommandName, ProjectSnapshot } from '../../../../electron/contract/commands.ts';
import { numbered } from '../../../support/engine/ledger-project.ts';
import { plainSettings } from '../../../support/plain-settings.ts';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';

let studio: LedgerStudio;
let folder: string;
let before: ProjectSnapshot;
let filesBefore: string[];

/** Every file of the project with its content. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.toSorted().map(async (path) => `${path} ${hash('sha256', await readFile(path))}`));
}

beforeAll(async () => {
  studio = await LedgerStudio.create();
  ({ folder } = (await studio.do('projects.create', { name: 'Test', folder: null })).project);
  await studio.import(await studio.photos(numbered(3)), true);
  const done = studio.next('run.changed', ({ run }) => run.status === 'done');
  await studio.do('run.start', { modelId: 'ledger', settings: plainSettings });
  await done;
  await studio.do('edits.append', { kind: 'scale-set', metresPerUnit: 2, source: { kind: 'typed' }, runId: null });
  before = (await studio.do('project.snapshot', null))!;
  await studio.do('projects.close', null);
  // What stands where SQLite would write stops the superuser too, whom permissions do not.
  await mkdir(join(folder, 'project.sqlite-wal'));
  filesBefore = await files();
});
afterAll(() => studio.destroy());

test('it opens with all that is in it, and says that it is for looking only', async () => {
  const opened = await studio.do('projects.open', { folder });
  expect(opened.isReadOnly).toBe(true);
  expect(opened.project).toMatchObject({ id: before.project.id, folder, name: 'Test', photoCount: 3 });
  for (const key of ['photos', 'runs', 'frames', 'chunks', 'states', 'edits'] as const)
    expect(opened[key]).toEqual(before[key]);
  expect(studio.studio.resolveBulk('chunk', opened.chunks[0].id)).toMatch(folder);
  expect((await studio.do('projects.recent', null))[0].folder).toBe(folder);
});

const refused: [CommandName, () => CommandInput<CommandName>][] = [
  ['edits.append', () => ({ kind: 'photos-excluded', photoIds: [before.photos[0].id], excluded: true })],
  ['edits.undo', () => null],
  ['import.start', () => ({ sources: [{ kind: 'path', path: studio.root }], copy: false })],
  ['import.watch', () => ({ folder: studio.root })],
  ['run.start', () => ({ modelId: 'ledger', settings: plainSettings })],
  ['run.resume', () => null],
  ['run.branch', () => ({ photoIds: [before.photos[0].id] })],
  ['refine.run', () => null],
  ['polish.run', () => null],
  ['cameras.set', () => ({ cameras: [] })],
  ['scene.edit', () => ({ action: 'hide', what: 'red', selection: [] })],
];
test.each(refused)('%s is refused', async (command, input) => {
  expect(await studio.codeOf(command, input())).toBe('project-read-only');
});

test('it is neither renamed nor deleted', async () => {
  expect(await studio.codeOf('projects.rename', { folder, name: 'Other' })).toBe('project-not-writable');
  expect(await studio.codeOf('projects.delete', { folder })).toBe('project-not-writable');
});

test('its state can be asked, and an export goes beside it', async () => {
  const { worldFromCamera, intrinsics } = before.frames[0];
  const chunk = await studio.do('run.peek', { worldFromCamera: worldFromCamera!, intrinsics: intrinsics! });
  expect(existsSync(studio.studio.resolveBulk('chunk', chunk.id)!)).toBe(true);
  const { path, bytes, downloadId } = await studio.do('export.write', { format: 'csv', path: null });
  expect(path.startsWith(folder)).toBe(false);
  expect((await readFile(path)).length).toBe(bytes);
  expect(studio.studio.resolveBulk('export', downloadId!)).toBe(path);
  // Who says where it goes has it there.
  const chosen = join(studio.root, 'mine.csv');
  expect((await studio.do('export.write', { format: 'csv', path: chosen })).downloadId).toBeNull();
});

test('a copy of it can be changed', async () => {
  const copy = await studio.do('projects.duplicate', { folder, name: 'Test copy' });
  const opened = await studio.do('projects.open', { folder: copy.folder });
  expect([opened.isReadOnly, opened.photos.length, opened.edits.length]).toEqual([false, 3, 1]);
  await studio.do('edits.undo', null);
});

test('not a byte of it has changed, and nothing is left of the looking', async () => {
  const opened = await studio.do('projects.open', { folder });
  expect(opened.isReadOnly).toBe(true);
  const work = (await studio.do('export.write', { format: 'csv', path: null })).path;
  await studio.do('projects.close', null);
  expect(existsSync(work)).toBe(false);
  expect(await files()).toEqual(filesBefore);
});
