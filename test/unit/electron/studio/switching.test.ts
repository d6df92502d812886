// Opening projects in quick succession and in vain: one is open at the end, and none stays locked.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { LedgerStudio } from '../../../support/engine/ledger-studio.ts';

let studio: LedgerStudio;
beforeEach(async () => {
  studio = await LedgerStudio.create();
});
afterEach(() => studio.destroy());

test('two that are opened at once end with the later one open and the other free', async () => {
  const a = (await studio.do('projects.create', { name: 'A', folder: null })).project.folder;
  const b = (await studio.do('projects.create', { name: 'B', folder: null })).project.folder;
  await studio.do('projects.close', null);
  await Promise.all([studio.do('projects.open', { folder: a }), studio.do('projects.open', { folder: b })]);
  expect((await studio.do('project.snapshot', null))?.project.name).toBe('B');
  await studio.do('projects.delete', { folder: a });
});

test('one that cannot be opened leaves the open one as it is', async () => {
  await studio.do('projects.create', { name: 'A', folder: null });
  studio.events.length = 0;
  expect(await studio.codeOf('projects.open', { folder: `${studio.root}/nowhere` })).toBe('project-missing');
  expect((await studio.do('project.snapshot', null))?.project.name).toBe('A');
  expect(studio.events).toEqual([]);
});
