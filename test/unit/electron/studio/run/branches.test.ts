// Several runs over the same photos: one that parts from another at a saved state, which one is shown, and how they differ.

import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { compareRuns } from '../../../../../electron/studio/run/compare-runs.ts';
import { projectLayout } from '../../../../../projects/format/layout.ts';
import type { Frame } from '../../../../../projects/format/scene.ts';
import { compose, type Sim3 } from '../../../../../projects/format/sim3.ts';
import { LedgerProject, numbered } from '../../../../support/engine/ledger-project.ts';

let project: LedgerProject;
afterEach(() => project.destroy());

const idOf = (name: string): string => project.store.photos.list().find((photo) => photo.name === name)!.id;
async function replayWithout(name: string): Promise<void> {
  exclude(name);
  const rested = project.rested();
  await project.runs.branch({ photoIds: [idOf(name)] });
  await rested;
}

function exclude(name: string): void {
  project.store.edits.append({ kind: 'photos-excluded', photoIds: [idOf(name)], excluded: true });
  project.session.editsChanged();
}

describe('A run that parts from another', () => {
  test('drops a bad photo and repeats only what came after the nearest state', async () => {
    project = await LedgerProject.create(numbered(13));
    await project.run();
    const first = project.store.shownRun()!;
    const before = project.store.frames.list(first.id);
    project.events.length = 0;
    await replayWithout('photo-0012.png');
    const second = project.store.shownRun()!;
    expect(second.id).not.toBe(first.id);
    expect((await project.ledger()).met).toEqual(numbered(13).filter((name) => name !== 'photo-0012.png'));
    // The state after ten photos was there: two photos were met, not twelve.
    const met = project.events.filter(({ name }) => name === 'chunks.added');
    expect(met).toHaveLength(2);
    expect(project.store.frames.list(second.id)).toHaveLength(12);
    expect(project.store.frames.list(first.id)).toEqual(before);
    expect(await project.inconsistencies()).toEqual([]);
  });

  test('ends in the very state of a run that never saw the photo', async () => {
    project = await LedgerProject.create(numbered(13));
    await project.run();
    await replayWithout('photo-0012.png');
    const branched = await project.ledger();
    await project.run();
    expect(await project.ledger()).toEqual(branched);
  });

  test('begins with the first photo when no state is old enough', async () => {
    project = await LedgerProject.create(numbered(4));
    await project.run();
    await replayWithout('photo-0001.png');
    expect((await project.ledger()).met).toEqual(numbered(3, 2));
  });

  test('leaves nothing behind when a file cannot be copied', async () => {
    project = await LedgerProject.create(numbered(12));
    await project.run();
    // A chunk's file is not there.
    const { store } = project;
    const [chunk] = store.chunks.list(store.shownRun()!.id);
    const folder = join(store.folder, projectLayout.chunks);
    await rename(join(folder, `${chunk.id}.safetensors`), join(project.root, 'kept'));
    await expect(project.runs.branch({ photoIds: [idOf('photo-0012.png')] })).rejects.toThrow();
    await rename(join(project.root, 'kept'), join(folder, `${chunk.id}.safetensors`));
    expect(store.runs.list()).toHaveLength(1);
    expect(await project.inconsistencies()).toEqual([]);
  });
});

describe('A run that met every photo twice', () => {
  test('is replayed from a state of the first time, which did not know the photo', async () => {
    project = await LedgerProject.create(numbered(12));
    await project.run({ revisit: 'updating' });
    await replayWithout('photo-0011.png');
    const met = numbered(12).filter((name) => name !== 'photo-0011.png');
    expect((await project.ledger()).met).toEqual([...met, ...met]);
  });

  test('a photo that no run has met is no place to part', async () => {
    project = await LedgerProject.create(numbered(2));
    await project.run({ maxFrames: 1 });
    const photoIds = [idOf('photo-0002.png')];
    await expect(project.runs.branch({ photoIds })).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('Which run is shown', () => {
  test('an older one is looked at, gone on with, and found again when the project is opened', async () => {
    project = await LedgerProject.create(numbered(2));
    await project.run();
    const first = project.store.shownRun()!.id;
    await project.run();
    const second = project.store.shownRun()!.id;
    expect(second).not.toBe(first);
    project.runs.show({ runId: first });
    expect(project.events.at(-1)?.name).toBe('project.opened');
    await project.addPhotos(numbered(1, 3));
    await project.resume();
    expect(project.store.frames.list(first)).toHaveLength(3);
    expect(project.store.frames.list(second)).toHaveLength(2);
    project.store.close();
    await project.open();
    expect(project.store.shownRun()?.id).toBe(first);
  });

  test('one that is not shown can be deleted with its files; the shown one cannot', async () => {
    project = await LedgerProject.create(numbered(2));
    await project.run();
    const first = project.store.shownRun()!.id;
    await project.run();
    const second = project.store.shownRun()!.id;
    await expect(project.runs.remove({ runId: second })).rejects.toMatchObject({ code: 'run-not-found' });
    await project.runs.remove({ runId: first });
    expect(project.store.runs.list().map(({ id }) => id)).toEqual([second]);
    expect(await project.inconsistencies()).toEqual([]);
    expect(await readdir(join(project.store.folder, projectLayout.states))).toHaveLength(1);
  });
});

describe('How two runs differ', () => {
  const pose = (x: number, y: number): Sim3 => ({ rotation: [0, 0, 0, 1], translation: [x, y, 0], scale: 1 });
  const frames = (poses: readonly Sim3[]): Frame[] =>
    poses.map((worldFromCamera, i) => ({ photoId: `p${i}`, status: 'placed', worldFromCamera }) as Frame);
  const square = [pose(0, 0), pose(10, 0), pose(10, 10), pose(0, 10)];

  test('the same cameras in a world of another scale are the same', async () => {
    project = await LedgerProject.create([]);
    const shownFromOther: Sim3 = { rotation: [0, 0, Math.SQRT1_2, Math.SQRT1_2], translation: [3, 4, 5], scale: 2 };
    const here = square.map((other) => ({ ...compose(shownFromOther, other), scale: 1 }));
    const said = compareRuns(frames(here), frames(square));
    expect(said).toMatchObject({ both: 4, onlyShown: 0, onlyOther: 0 });
    expect(said.cameras!.maxShare).toBeLessThan(1e-9);
    expect(said.cameras!.maxDeg).toBeLessThan(1e-5);
    expect(said.shownFromOther!.scale).toBeCloseTo(2, 9);
  });

  test('a camera that is elsewhere shows, and photos of one run only are counted', async () => {
    project = await LedgerProject.create([]);
    const moved = [...square.slice(0, 3), pose(0, 12), pose(5, 5)];
    const { both, onlyOther, cameras } = compareRuns(frames(square), frames(moved));
    expect([both, onlyOther]).toEqual([4, 1]);
    // Two of ten, and less where the alignment shares it out.
    expect(cameras!.maxShare).toBeGreaterThan(0.05);
    expect(cameras!.maxShare).toBeLessThan(0.2);
  });

  test('fewer than three cameras in common say nothing', async () => {
    project = await LedgerProject.create([]);
    expect(compareRuns(frames(square), frames(square.slice(0, 2)))).toEqual({
      ...{ both: 2, onlyShown: 2, onlyOther: 0 },
      ...{ shownFromOther: null, cameras: null },
    });
  });
});
