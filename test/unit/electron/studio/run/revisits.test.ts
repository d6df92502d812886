// The second pass of a run, against a real engine process.

import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LedgerProject, numbered } from '../../../../support/engine/ledger-project.ts';
import { plainSettings } from '../../../../support/plain-settings.ts';
import { statePath } from '../../../../../projects/format/layout.ts';
import { decodePointChunk } from '../../../../../projects/format/point-chunk.ts';
import { identitySim3 } from '../../../../../projects/format/sim3.ts';
import type { Frame, RunSettings } from '../../../../../projects/format/scene.ts';

let project: LedgerProject;
afterEach(() => project.destroy());

const frames = (): Frame[] => project.store.frames.list(project.store.runs.newest()!.id);
/** How many photos the state had met when it last said where each photo is: the ledger answers with that as x. */
const metWhenPlaced = (): (number | undefined)[] =>
  frames().map(({ worldFromCamera }) => worldFromCamera?.translation[0]);
const steps = (): number[] => frames().map(({ stepIdx }) => stepIdx);
const chunkIds = (name: 'added' | 'replaced'): string[] =>
  project.events.flatMap((event) => {
    if (event.name !== 'chunks.added') return [];
    return name === 'added' ? event.payload.chunks.map(({ id }) => id) : event.payload.replaced;
  });

/** Starts a run, does something as soon as a stage is told, and waits until the run rests. */
async function runUntil(stage: string, revisit: RunSettings['revisit'], act: () => void): Promise<void> {
  const rested = project.rested();
  const unsubscribe = project.emitter.subscribe((event) => {
    if (event.name !== 'run.progress' || event.payload.stage !== stage) return;
    unsubscribe();
    act();
  });
  await project.runs.start({ modelId: 'ledger', settings: { ...plainSettings, revisit } });
  await rested;
}

const stagesFrom = (idx: number): string[] =>
  project.events.slice(idx).flatMap((event) => (event.name === 'run.progress' ? [event.payload.stage] : []));

describe('A run that revisits', () => {
  test('with a frozen state asks it again about every photo, replaces the points, and leaves the state as it was', async () => {
    project = await LedgerProject.create(numbered(4));
    await project.run();
    const once = await project.ledger();
    expect(metWhenPlaced()).toEqual([1, 2, 3, 4]);
    project.events.length = 0;
    await project.run({ revisit: 'frozen' });
    expect(await project.ledger()).toEqual(once);
    expect(metWhenPlaced()).toEqual([4, 4, 4, 4]);
    expect(steps()).toEqual([0, 1, 2, 3]);
    expect(chunkIds('replaced')).toEqual(chunkIds('added').slice(0, 4));
    expect(chunkIds('added')).toHaveLength(8);
    expect(await project.inconsistencies()).toEqual([]);
    const tellsOfThird = project.events.find(
      (event) => event.name === 'run.progress' && event.payload.stage === 'Revisiting photo 3',
    );
    expect(tellsOfThird?.payload).toMatchObject({ done: 2, total: 4 });
  });

  test('keeps what it believed at first beside what it believes now, with the difference', async () => {
    project = await LedgerProject.create(numbered(4));
    await project.run({ revisit: 'frozen' });
    const beliefs = project.store.beliefs.list(project.store.runs.newest()!.id);
    expect(beliefs.map(({ worldFromCamera, revised }) => [worldFromCamera, revised.worldFromCamera])).toEqual(
      [1, 2, 3, 4].map((met) => [{ ...identitySim3, translation: [met, 0, 0] }, frames()[0].worldFromCamera]),
    );
    // The ledger puts its points at depth 4 + the number of photos met: 5, 6, 7, 8 at first, 8 at last.
    expect(beliefs.map(({ depth }) => depth?.medianDepth)).toEqual([5, 6, 7, 8]);
    for (const { depth } of beliefs) expect(depth?.medianRatio).toBeCloseTo(8 / depth!.medianDepth, 6);
    expect(project.events.filter(({ name }) => name === 'beliefs.changed')).toHaveLength(4);
    // The file is there, and the studio gives it by its id.
    const first = project.session.chunkFile(beliefs[0].points.id);
    expect(decodePointChunk(await readFile(first ?? '')).positions[2]).toBe(5);
    expect(project.store.chunks.byId(beliefs[0].points.id)).toBeNull();

    // A second look replaces the second belief, not the first.
    await project.addPhotos(numbered(1, 5));
    await project.resume();
    const again = project.store.beliefs.list(project.store.runs.newest()!.id);
    expect(again.slice(0, 4).map(({ points }) => points)).toEqual(beliefs.map(({ points }) => points));
    expect(again.map(({ revised }) => revised.worldFromCamera.translation[0])).toEqual([5, 5, 5, 5, 5]);
    expect(await project.inconsistencies()).toEqual([]);
    project.store.close();
    await project.open();
    expect(project.store.beliefs.list(project.store.runs.newest()!.id)).toEqual(again);
  });

  test('and updates meets every photo twice, in the same order', async () => {
    project = await LedgerProject.create(numbered(4));
    await project.run({ revisit: 'updating' });
    expect((await project.ledger()).met).toEqual([...numbered(4), ...numbered(4)]);
    expect(steps()).toEqual([4, 5, 6, 7]);
    expect(metWhenPlaced()).toEqual([5, 6, 7, 8]);
    expect(project.runs.progress()).toMatchObject({ status: 'done', done: 4, total: 4 });
  });

  test.for(['frozen', 'updating'] as const)('%s goes on after a kill to the very same end', async (revisit) => {
    project = await LedgerProject.create(numbered(13));
    await project.run({ revisit });
    const whole = { ledger: await project.ledger(), poses: metWhenPlaced(), steps: steps() };
    await runUntil('Revisiting photo 10', revisit, () => process.kill(project.engines.current?.pid ?? 0, 'SIGKILL'));
    expect(project.notices()).toEqual([expect.stringContaining('goes on from its last saved state')]);
    expect({ ledger: await project.ledger(), poses: metWhenPlaced(), steps: steps() }).toEqual(whole);
    expect(await project.inconsistencies()).toEqual([]);
  });

  test('updating whose last states are damaged repeats both passes in the order in which they went, to the very same end', async () => {
    project = await LedgerProject.create(numbered(13));
    await project.run({ revisit: 'updating' });
    const whole = { ledger: await project.ledger(), poses: metWhenPlaced(), steps: steps() };
    const { id } = project.store.runs.newest()!;
    const beliefs = project.store.beliefs.list(id);
    // Only the state of step 10, in the middle of the first pass, can be read.
    for (const { stepIdx } of project.store.states.list(id))
      if (stepIdx > 10) writeFileSync(join(project.store.folder, statePath(id, stepIdx)), 'damaged');
    project.engines.end();
    await project.resume();
    expect(project.notices().filter((sentence) => sentence.includes('goes on from an earlier one'))).not.toEqual([]);
    expect({ ledger: await project.ledger(), poses: metWhenPlaced(), steps: steps() }).toEqual(whole);
    expect(project.store.beliefs.list(id)).toEqual(beliefs);
    expect(await project.inconsistencies()).toEqual([]);
  });

  test('updating repeats without a photo that is gone, and what comes behind it moves up', async () => {
    project = await LedgerProject.create(numbered(12));
    await project.run({ revisit: 'updating' });
    const { id } = project.store.runs.newest()!;
    project.store.states.remove(project.store.states.list(id).filter(({ stepIdx }) => stepIdx > 10));
    rmSync(join(project.root, 'pictures', 'photo-0012.png'));
    project.engines.end();
    await project.resume();
    const others = numbered(11);
    expect((await project.ledger()).met).toEqual([...others.slice(0, 10), others[10], ...others]);
    expect(project.store.meetings.from(id, 0)).toHaveLength(22);
    expect(frames().filter(({ status }) => status === 'failed')).toHaveLength(1);
    expect(project.store.beliefs.list(id)).toHaveLength(11);
    expect(await project.inconsistencies()).toEqual([]);
  });

  test.for(['frozen', 'updating'] as const)(
    '%s pauses in the second pass and goes on where it was',
    async (revisit) => {
      project = await LedgerProject.create(numbered(6));
      await project.run({ revisit });
      const whole = { ledger: await project.ledger(), poses: metWhenPlaced(), steps: steps() };
      await runUntil('Revisiting photo 3', revisit, () => project.runs.pause());
      expect(project.store.runs.newest()?.status).toBe('paused');
      project.engines.end();
      const pausedAt = project.events.length;
      await project.resume();
      expect({ ledger: await project.ledger(), poses: metWhenPlaced(), steps: steps() }).toEqual(whole);
      const revisited = new Set(stagesFrom(pausedAt).filter((stage) => stage.startsWith('Revisiting')));
      expect([...revisited]).toEqual([4, 5, 6].map((number) => `Revisiting photo ${number}`));
    },
  );

  test('is done with it once, and begins it anew when photos come later', async () => {
    project = await LedgerProject.create(numbered(2));
    await project.run({ revisit: 'frozen' });
    const doneAt = project.events.length;
    await project.resume();
    expect(stagesFrom(doneAt).some((stage) => stage.startsWith('Revisiting'))).toBe(false);
    await project.addPhotos(numbered(1, 3));
    await project.resume();
    expect(metWhenPlaced()).toEqual([3, 3, 3]);
    await project.run({ revisit: 'updating' });
    await project.addPhotos(numbered(1, 4));
    await project.resume();
    expect((await project.ledger()).met).toEqual([
      ...[...numbered(3), ...numbered(3)],
      ...['photo-0004.png', ...numbered(4)],
    ]);
  });

  test.for(['frozen', 'updating'] as const)('%s keeps its first belief of a photo that is gone', async (revisit) => {
    project = await LedgerProject.create(numbered(3));
    await runUntil('Revisiting photo 1', revisit, () => {
      rmSync(join(project.root, 'pictures', 'photo-0003.png'));
    });
    expect(project.store.runs.newest()?.status).toBe('done');
    expect(frames().map(({ status }) => status)).toEqual(['placed', 'placed', 'placed']);
    const gone = frames().find(({ photoId }) => photoId === 'photo-0003-png');
    expect(gone).toMatchObject({ stepIdx: 2, worldFromCamera: { translation: [3, 0, 0] } });
    expect(project.notices()).toEqual([
      'photo-0003.png is no longer where it was; what was believed of it at first stays.',
    ]);
  });

  test('is refused for a method without a state', async () => {
    project = await LedgerProject.create(numbered(1));
    const settings = { ...plainSettings, revisit: 'frozen' } as const;
    await expect(project.runs.start({ modelId: 'geometry', settings })).rejects.toThrow('geometry has no state');
    expect(project.store.runs.newest()).toBeNull();
  });
});
