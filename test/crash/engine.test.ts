// kill -9 of the engine at random moments of one run: the host starts it again, no frame is lost, and the state is the same bit by bit.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineProcess } from '../../electron/studio/options.ts';
import { nodeStudioOptions } from '../../electron/studio/node-host.ts';
import { createStudio } from '../../electron/studio/studio.ts';
import { finalState, lookAt, randomFrom } from '../support/crash.ts';
import { writePhotos } from '../support/engine/generated-photos.ts';
import { numbered } from '../support/engine/ledger-project.ts';
import { plainSettings } from '../support/plain-settings.ts';

// More than the kills leave time for, on whatever machine.
const photoCount = 60;
const kills = 10;
const seed = 7;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crash-engine-'));
  await mkdir(join(root, 'photos'));
  await writePhotos(join(root, 'photos'), numbered(photoCount));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Reconstructs all photos; `whileRunning` hears how many frames there are and may end the engine. */
async function reconstruct(name: string, whileRunning: (done: number, kill: () => void) => void): Promise<string[]> {
  // There are two: the one of runs may start before the one that reads photos, and outlive it.
  let engineOfRun: EngineProcess | null = null;
  const options = nodeStudioOptions('cli');
  const studio = createStudio({
    ...options,
    dataFolder: join(root, 'data'),
    projectsFolder: root,
    spawnEngine: () => {
      const engine = options.spawnEngine();
      const send = (message: unknown): void => {
        if ((message as { request?: string }).request === 'begin') engineOfRun = engine;
        engine.send(message);
      };
      return { ...engine, send };
    },
  });
  const notices: string[] = [];
  try {
    const opened = await studio.invoke('projects.create', { name, folder: join(root, name) });
    expect(opened.ok).toBe(true);
    const imported = new Promise<void>((resolve) =>
      studio.subscribe((event) => {
        if (event.name === 'import.progress' && event.payload.stage === 'done') resolve();
        if (event.name === 'notice') notices.push(event.payload.sentence);
      }),
    );
    await studio.invoke('import.start', { sources: [{ kind: 'path', path: join(root, 'photos') }], copy: false });
    await imported;
    const rested = new Promise<void>((resolve) =>
      studio.subscribe((event) => {
        if (event.name !== 'run.progress') return;
        if (event.payload.status !== 'running') resolve();
        else whileRunning(event.payload.done, () => engineOfRun?.kill());
      }),
    );
    await studio.invoke('run.start', { modelId: 'tiny-recurrent', settings: plainSettings });
    await rested;
  } finally {
    await studio.close();
  }
  return notices;
}

test(
  `an engine killed ${kills} times in one run costs no frame and no bit of the state`,
  { timeout: 300_000 },
  async () => {
    expect(await reconstruct('whole', () => undefined)).toEqual([]);
    const random = randomFrom(seed);
    let killed = 0;
    let waiting = false;
    let latest = 0;
    let next = 1 + Math.floor(random() * 2);
    const notices = await reconstruct('killed', (done, kill) => {
      latest = done;
      if (waiting || killed === kills || done < next) return;
      waiting = true;
      setTimeout(() => {
        kill();
        killed++;
        waiting = false;
        // The photo that was hit is through before the next kill: one that ends the engine twice in a row is given up.
        next = latest + 1 + Math.floor(random() * 2);
      }, random() * 60);
    });
    expect(killed).toBe(kills);
    expect(notices).toHaveLength(kills);
    const end = await lookAt(join(root, 'killed'));
    expect(end).toMatchObject({ runStatus: 'done', failed: 0, rowsWithoutFiles: [], openNotices: [] });
    // A kill between a chunk's file and its row leaves that file; opening the project has tidied it up.
    expect(end.filesWithoutRows.length).toBeLessThanOrEqual(kills);
    expect(end.placed).toEqual(numbered(photoCount));
    expect((await lookAt(join(root, 'killed'))).filesWithoutRows).toEqual([]);
    expect(await finalState(join(root, 'killed'))).toEqual(await finalState(join(root, 'whole')));
  },
);
