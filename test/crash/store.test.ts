// A process that writes to a project is killed at random moments: what it said was committed is there, and all is consistent.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { chunkPath } from '../../projects/format/layout.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import { temporaryProject } from '../support/project-fixtures.ts';

const kills = 10;
const writer = join(import.meta.dirname, '../support/commit-steps.ts');

test(`after each of ${kills} kills the project opens with everything that was committed`, async () => {
  const made = await temporaryProject();
  const { folder } = made;
  made.close();
  for (let kill = 0; kill < kills; kill++) {
    const committed = await writeUntilKilled(folder);
    const store = await ProjectStore.open(folder);
    const [run] = store.runs.list();
    const photos = store.photos.list();
    const frames = store.frames.list(run.id);
    expect(committed.every((stepIdx) => store.frames.ofPhoto(run.id, `p${stepIdx}`) !== null)).toBe(true);
    expect(photos.map(({ orderIdx }) => orderIdx)).toEqual(photos.map((_, idx) => idx));
    // Each kill costs at most the photo that was being worked on.
    expect(photos.length - frames.length).toBeLessThanOrEqual(kill + 1);
    expect(store.openNotices).toEqual([]);
    expect(store.chunks.ids().every((id) => existsSync(join(folder, chunkPath(id))))).toBe(true);
    expect(await readdir(join(folder, 'chunks'))).toHaveLength(frames.length);
    expect(run.status).toBe('paused');
    store.close();
  }
});

/** @returns the steps that the process said were committed */
async function writeUntilKilled(folder: string): Promise<number[]> {
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part: Buffer) => (said += part.toString()));
  await once(child.stdout, 'data');
  await wait(Math.random() * 60);
  const exit = once(child, 'close');
  child.kill('SIGKILL');
  await exit;
  // The kill may cut the last line.
  return said.slice(0, said.lastIndexOf('\n')).split('\n').map(Number);
}
