// Polishing through the whole core: splats sharper, rows the same, taken back and brought back, cancelled without a trace.

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProjectSnapshot } from '../../../../electron/contract/commands.ts';
import { forkEngine } from '../../../../electron/studio/fork-engine.ts';
import type { EngineProcess } from '../../../../electron/studio/options.ts';
import { chunkPath, projectLayout } from '../../../../projects/format/layout.ts';
import { encodeRows } from '../../../../projects/format/row-set.ts';
import { ProjectStore } from '../../../../projects/store/project-store.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { finishedProject } from '../../../support/finished-project.ts';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';

let host: LedgerStudio;
let folder: string;
let engines: EngineProcess[] = [];

function spawned(engine: EngineProcess): EngineProcess {
  engines.push(engine);
  return engine;
}

beforeEach(async () => {
  const engine = join(import.meta.dirname, '../../../../electron/engine/main.ts');
  host = await LedgerStudio.create({ host: 'cli', spawnEngine: () => spawned(forkEngine(engine)) });
  folder = join(host.root, 'room');
  engines = [];
  await finishedProject(folder, 'Room', boxRoom(), arcCameras(4, 48, 36, 40));
  await host.do('projects.open', { folder });
});
afterEach(() => host.destroy());

const snapshot = async (): Promise<ProjectSnapshot> => {
  const now = await host.do('project.snapshot', null);
  if (!now) throw new Error('No project is open.');
  return now;
};
const fileIds = async (): Promise<string[]> => (await snapshot()).gaussians.map(({ fileId }) => fileId);
const filesOnDisk = async (): Promise<string[]> => (await readdir(join(folder, projectLayout.chunks))).sort();
const red = { text: 'red', threshold: 0.5, notThis: [] };

test('splats become sharper; what was deleted, asked and found by rows stays so; undo and redo show the very files', async () => {
  await host.do('scene.splat', null);
  const made = await snapshot();
  expect(made.polishes).toEqual([]);
  expect(made.gaussians.every(({ id, fileId }) => id === fileId)).toBe(true);
  const answer = await host.do('scene.ask', red);
  const [chosen] = made.gaussians;
  await host.do('scene.edit', {
    action: 'delete',
    what: 'some',
    selection: [{ chunkId: chosen.id, rows: encodeRows(Uint8Array.from({ length: 40 }, () => 255)) }],
  });
  const lessAfterEdit = await host.do('scene.ask', red);

  const polish = await host.do('polish.run', null);
  expect(polish.report.held.psnrAfter).toBeGreaterThan(polish.report.held.psnrBefore);
  expect(polish.report.used.photos + polish.report.held.photos).toBe(4);
  const after = await snapshot();
  expect(after.polishes).toEqual([polish]);
  expect(after.polish).toBeNull();
  expect(after.gaussians.map(({ id }) => id)).toEqual(made.gaussians.map(({ id }) => id));
  expect(after.gaussians.every(({ id, fileId }) => id !== fileId)).toBe(true);
  for (const fileId of await fileIds()) {
    expect(host.studio.resolveBulk('chunk', fileId)).toBe(join(folder, chunkPath(fileId)));
    expect((await stat(join(folder, chunkPath(fileId)))).size).toBeGreaterThan(0);
  }
  const stages = host.events.flatMap((event) => (event.name === 'polish.progress' ? [event.payload.progress] : []));
  expect(stages.filter((progress) => /^Look \d+ of \d+$/.test(progress?.stage ?? ''))).not.toEqual([]);
  expect(stages.at(-1)).toBeNull();
  const again = await host.do('scene.ask', red);
  expect([again.hits, again.chunkIds]).toEqual([lessAfterEdit.hits, lessAfterEdit.chunkIds]);
  expect(answer.chunkIds).toEqual(again.chunkIds);

  const polished = await fileIds();
  await host.do('polish.undo', null);
  expect(await fileIds()).toEqual(made.gaussians.map(({ id }) => id));
  expect(await host.do('polish.undo', null)).toBeNull();
  await host.do('polish.redo', null);
  expect(await fileIds()).toEqual(polished);

  // Another polish goes on from this one; taken back, it shows this one again.
  await host.do('polish.undo', null);
  await host.do('polish.run', null);
  expect(await filesOnDisk()).not.toContain(`${polished[0]}.safetensors`);
  await host.restart();
  await host.do('projects.open', { folder });
  expect((await snapshot()).polishes).toHaveLength(1);
  expect((await snapshot()).gaussians.every(({ id, fileId }) => id !== fileId)).toBe(true);
});

test('cancelled in the middle, nothing of it stays, and it can be begun again', async () => {
  await host.do('scene.splat', null);
  const before = await filesOnDisk();
  const looking = host.next('polish.progress', ({ progress }) => progress?.stage.startsWith('Look') === true);
  const ended = host.codeOf('polish.run', null);
  await looking;
  expect(await host.codeOf('polish.run', null)).toBe('busy');
  await host.do('polish.cancel', null);
  expect(await ended).toBe('cancelled');
  expect(await filesOnDisk()).toEqual(before);
  expect((await snapshot()).polishes).toEqual([]);
  expect((await host.do('polish.run', null)).undone).toBe(false);
});

test('a project that is closed meanwhile is whole, without the polish', async () => {
  await host.do('scene.splat', null);
  const before = await filesOnDisk();
  const looking = host.next('polish.progress', ({ progress }) => progress?.stage.startsWith('Look') === true);
  const ended = host.codeOf('polish.run', null);
  await looking;
  await host.do('projects.close', null);
  expect(await ended).toBe('cancelled');
  expect(await filesOnDisk()).toEqual(before);
});

test('an engine that dies takes nothing with it', async () => {
  await host.do('scene.splat', null);
  const before = await filesOnDisk();
  const looking = host.next('polish.progress', ({ progress }) => progress?.stage.startsWith('Look') === true);
  const ended = host.codeOf('polish.run', null);
  await looking;
  for (const engine of engines) engine.kill();
  expect(await ended).toBe('engine-gone');
  expect(await filesOnDisk()).toEqual(before);
  expect((await host.do('polish.run', null)).undone).toBe(false);
});

test('a polished file that is lost shows the splats as they were made, and the frame can be polished again', async () => {
  await host.do('scene.splat', null);
  await host.do('polish.run', null);
  const [lost] = await fileIds();
  await host.do('projects.close', null);
  await rm(join(folder, chunkPath(lost)));
  const store = await ProjectStore.open(folder);
  expect(store.openNotices).toEqual([]);
  const [first, ...others] = store.gaussians.list(store.runs.newest()?.id ?? '');
  expect(first.fileId).toBe(first.id);
  expect(others.every(({ id, fileId }) => id !== fileId)).toBe(true);
  store.close();
});
