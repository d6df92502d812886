// The run loop against a real engine process: order, pause, crash, trouble with single photos.

import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { forkEngine } from '../../../../../electron/studio/fork-engine.ts';
import { ModelCatalog } from '../../../../../electron/studio/model-catalog.ts';
import { EngineSlot } from '../../../../../electron/studio/run/engine-slot.ts';
import { RunControl } from '../../../../../electron/studio/run/run-control.ts';
import { StudioFailure } from '../../../../../projects/format/result.ts';
import { writePhotos } from '../../../../support/engine/generated-photos.ts';
import { LedgerProject, numbered } from '../../../../support/engine/ledger-project.ts';
import { plainSettings } from '../../../../support/plain-settings.ts';

let project: LedgerProject;
afterEach(() => project.destroy());

const placedNames = (): string[] => {
  const run = project.store.runs.newest();
  const frames = run ? project.store.frames.list(run.id) : [];
  return frames
    .filter(({ status }) => status === 'placed')
    .map(({ photoId }) => project.store.photos.byId(photoId)?.name ?? '');
};

describe('A run', () => {
  test('meets all photos in order, keeps a state, and ends done', async () => {
    project = await LedgerProject.create(numbered(12));
    await project.run();
    expect(project.store.runs.newest()?.status).toBe('done');
    expect(placedNames()).toEqual(numbered(12));
    expect((await project.ledger()).met).toEqual(numbered(12));
    expect(project.store.states.list(project.store.runs.newest()!.id).map(({ stepIdx }) => stepIdx)).toEqual([10, 12]);
    expect(await project.inconsistencies()).toEqual([]);
    const order = project.events.filter(({ name }) => name === 'frames.changed' || name === 'chunks.added');
    expect(order.slice(0, 2).map(({ name }) => name)).toEqual(['frames.changed', 'chunks.added']);
  });

  test('goes on with photos that came later, without redoing the others', async () => {
    project = await LedgerProject.create(numbered(3));
    await project.run();
    const before = project.store.frames.list(project.store.runs.newest()!.id);
    await project.addPhotos(numbered(2, 4));
    await project.resume();
    expect((await project.ledger()).met).toEqual(numbered(5));
    expect(project.store.frames.list(project.store.runs.newest()!.id).slice(0, 3)).toEqual(before);
  });

  test('takes up photos that are imported while it goes on', async () => {
    project = await LedgerProject.create(numbered(3));
    const rested = project.rested();
    const unsubscribe = project.emitter.subscribe(({ name }) => {
      if (name !== 'chunks.added') return;
      unsubscribe();
      void project.addPhotos(numbered(2, 4));
    });
    await project.runs.start({ modelId: 'ledger', settings: plainSettings });
    await rested;
    expect(placedNames()).toEqual(numbered(5));
  });

  test('skips excluded photos and stops at its limit, and a higher limit goes on', async () => {
    project = await LedgerProject.create(numbered(6));
    project.store.edits.append({ kind: 'photos-excluded', photoIds: ['photo-0002-png'], excluded: true });
    project.session.editsChanged();
    await project.run({ maxFrames: 3 });
    expect(placedNames()).toEqual(['photo-0001.png', 'photo-0003.png', 'photo-0004.png']);
    const rested = project.rested();
    await project.runs.resume({ maxFrames: 4 });
    await rested;
    expect(placedNames()).toHaveLength(4);
  });

  test('pauses with a saved state and goes on to the very same state as a run without a pause', async () => {
    project = await LedgerProject.create(numbered(7));
    await project.run();
    const whole = await project.ledger();
    const rested = project.rested();
    const unsubscribe = project.emitter.subscribe((event) => {
      if (event.name !== 'run.progress' || event.payload.done !== 4) return;
      unsubscribe();
      project.runs.pause();
    });
    await project.runs.start({ modelId: 'ledger', settings: plainSettings });
    await rested;
    expect(project.store.runs.newest()?.status).toBe('paused');
    expect((await project.ledger()).stepIdx).toBe(4);
    project.engines.end();
    await project.resume();
    expect(await project.ledger()).toEqual(whole);
  });

  test('places in its closing work what had to wait', async () => {
    project = await LedgerProject.create(['a.png', 'b-wait.png', 'c.png']);
    await project.run();
    expect(placedNames().sort()).toEqual(['a.png', 'b-wait.png', 'c.png']);
    // What the method says of it is told with its own share, not with that of the photos.
    const progress = project.events.flatMap((event) => (event.name === 'run.progress' ? [event.payload] : []));
    expect(progress.map(({ stage }) => stage)).toContain('Adjusting all cameras');
    expect(progress.find(({ stage }) => stage === 'Last look')).toMatchObject({ fraction: 0.25, done: 3, total: 3 });
  });

  test('is cancelled at once and keeps what is recorded', async () => {
    project = await LedgerProject.create(numbered(30));
    const rested = project.rested();
    const unsubscribe = project.emitter.subscribe((event) => {
      if (event.name !== 'run.progress' || event.payload.done !== 3) return;
      unsubscribe();
      void project.runs.cancel();
    });
    await project.runs.start({ modelId: 'ledger', settings: plainSettings });
    await rested;
    expect(project.store.runs.newest()?.status).toBe('cancelled');
    expect(placedNames()).toEqual(numbered(3));
    expect(project.engines.current).toBeNull();
  });
});

describe('When something goes wrong, a run', () => {
  test('begins again from the last saved state after the engine was killed, and loses no frame', async () => {
    project = await LedgerProject.create(numbered(14));
    await project.run();
    const whole = await project.ledger();
    const rested = project.rested();
    const unsubscribe = project.emitter.subscribe((event) => {
      if (event.name !== 'run.progress' || event.payload.done !== 12) return;
      unsubscribe();
      process.kill(project.engines.current?.pid ?? 0, 'SIGKILL');
    });
    await project.runs.start({ modelId: 'ledger', settings: plainSettings });
    await rested;
    expect(project.store.runs.newest()?.status).toBe('done');
    expect(placedNames()).toEqual(numbered(14));
    expect(await project.ledger()).toEqual(whole);
    expect(project.notices()).toEqual([expect.stringContaining('goes on from its last saved state')]);
    expect(await project.inconsistencies()).toEqual([]);
  });

  test('marks a photo failed that kills the engine twice, and goes on', async () => {
    project = await LedgerProject.create(['a.png', 'b.png', 'c-kill.png', 'd.png']);
    await project.run();
    expect(project.store.runs.newest()?.status).toBe('done');
    expect(placedNames()).toEqual(['a.png', 'b.png', 'd.png']);
    expect(project.store.frames.ofPhoto(project.store.runs.newest()!.id, 'c-kill-png')?.status).toBe('failed');
    expect((await project.ledger()).met).toEqual(['a.png', 'b.png', 'd.png']);
    expect(project.notices().at(-1)).toContain('c-kill.png');
  });

  test('gives a photo that killed the engine once a second chance', async () => {
    project = await LedgerProject.create(['a.png', 'b-once.png', 'c.png']);
    await project.run();
    expect(placedNames()).toEqual(['a.png', 'b-once.png', 'c.png']);
  });

  test('says which photo is gone, marks it failed with the reason, and retries it when it is back', async () => {
    project = await LedgerProject.create(numbered(3));
    await rm(join(project.root, 'pictures', 'photo-0002.png'));
    await project.run();
    expect(placedNames()).toEqual(['photo-0001.png', 'photo-0003.png']);
    expect(project.notices()).toEqual(['photo-0002.png is no longer where it was.']);
    const reason = (): string | null =>
      project.store.frames.ofPhoto(project.store.runs.newest()!.id, 'photo-0002-png')!.reason;
    expect(reason()).toBe('photo-0002.png is no longer where it was.');
    await writePhotos(join(project.root, 'pictures'), ['photo-0002.png']);
    const rested = project.rested();
    await project.runs.retry({ photoIds: ['photo-0002-png'] });
    await rested;
    expect(placedNames()).toEqual(['photo-0001.png', 'photo-0003.png', 'photo-0002.png']);
    expect(reason()).toBeNull();
  });

  test('rests when the disk is so full that not even its status can be written, and goes on when there is room', async () => {
    project = await LedgerProject.create(numbered(3));
    const full = (): never => {
      throw new StudioFailure('disk-full');
    };
    const commit = vi.spyOn(project.store, 'commitStep').mockImplementation(full);
    const update = vi.spyOn(project.store.runs, 'update').mockImplementation(full);
    await project.run();
    expect(project.runs.active).toBe(false);
    expect(project.runs.progress()).toMatchObject({ status: 'paused', stage: 'Paused' });
    expect(project.notices()).toEqual(['The disk is full; free some space and go on, nothing was lost.']);
    commit.mockRestore();
    update.mockRestore();
    await project.resume();
    expect(placedNames()).toEqual(numbered(3));
  });

  test('goes back to an older state when the newest file is cut', async () => {
    project = await LedgerProject.create(numbered(12));
    await project.run();
    const whole = await project.ledger();
    const run = project.store.runs.newest()!;
    await truncate(join(project.store.folder, 'states', `${run.id}-000012.safetensors`), 20);
    await project.addPhotos(numbered(1, 13));
    await project.resume();
    const after = await project.ledger();
    expect(after.met).toEqual([...whole.met, 'photo-0013.png']);
    expect(project.notices()[0]).toContain('cannot be read');
  });

  test('fails with one sentence when the engine does not come up', async () => {
    project = await LedgerProject.create(numbered(2));
    const broken = new EngineSlot(() => forkEngine(join(project.root, 'no-such-engine.ts')));
    const runs = new RunControl(
      project.session,
      project.emitter,
      broken,
      new ModelCatalog(join(project.root, 'zoo'), project.root),
    );
    const rested = project.rested();
    await runs.start({ modelId: 'ledger', settings: plainSettings });
    await rested;
    expect(project.store.runs.newest()).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('ended unexpectedly'),
    });
  });
});
