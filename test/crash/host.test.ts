// kill -9 of the host (the command line) at random moments: nothing recorded is lost, and the run ends as if nothing had happened.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finalState, lookAt, newChunks, randomFrom, startCli } from '../support/crash.ts';
import { writePhotos } from '../support/engine/generated-photos.ts';
import { numbered } from '../support/engine/ledger-project.ts';

// More than the kills leave time for, on whatever machine: a run that is done cannot be killed any more.
const photoCount = 80;
const kills = 10;
const earlyKills = 3;
const seed = 20261120;

let root: string;
const project = (name: string): string => join(root, name);
const reconstruct = (name: string) =>
  startCli(
    ['reconstruct', join(root, 'photos'), '--project', project(name), '--engine', 'tiny-recurrent', '--json'],
    join(root, 'data'),
  );

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crash-host-'));
  await mkdir(join(root, 'photos'));
  await writePhotos(join(root, 'photos'), numbered(photoCount));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test(
  `a host killed ${kills} times leaves a project that goes on to the very same state, frame by frame`,
  { timeout: 300_000 },
  async () => {
    const whole = await reconstruct('whole').ended;
    expect(whole.code, whole.stderr).toBe(0);
    const random = randomFrom(seed);
    let placed: string[] = [];
    let killedInRun = 0;
    for (let kill = 0; kill < kills; kill++) {
      const { child, ended } = reconstruct('killed');
      const early = kill < earlyKills;
      // Early ones hit creation, import and loading; the others come between photos, or within one.
      if (!early) await newChunks(project('killed'), 1 + Math.floor(random() * 2), ended);
      await sleep(random() * (early ? 1200 : 120));
      child.kill('SIGKILL');
      await ended;
      if (!existsSync(join(project('killed'), 'project.sqlite'))) continue;
      const after = await lookAt(project('killed'));
      expect(after.rowsWithoutFiles).toEqual([]);
      expect(after.openNotices).toEqual([]);
      expect(after.filesWithoutRows.length).toBeLessThanOrEqual(1);
      expect(after.failed).toBe(0);
      expect(after.runStatus === null || after.runStatus === 'paused' || after.runStatus === 'done').toBe(true);
      expect(after.placed.slice(0, placed.length)).toEqual(placed);
      ({ placed } = after);
      if (after.runStatus === 'paused' && placed.length > 0) killedInRun++;
    }
    expect(killedInRun).toBeGreaterThanOrEqual(kills - earlyKills - 1);
    const last = await reconstruct('killed').ended;
    expect(last.code, last.stderr).toBe(0);
    expect(JSON.parse(last.stdout)).toMatchObject({ photos: photoCount, frames: photoCount, registered: photoCount });
    const end = await lookAt(project('killed'));
    expect(end.placed).toEqual(numbered(photoCount));
    expect(end.filesWithoutRows).toEqual([]);
    expect(end.runs).toBe(1);
    expect(await finalState(project('killed'))).toEqual(await finalState(project('whole')));
  },
);
