// What the tables keep and in which order they give it back.

import { describe, expect, test } from 'vitest';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { temporaryProject } from '../../../support/project-fixtures.ts';
import { frameDraft, noBounds, photoRow, runSettings } from '../../../support/project-rows.ts';

describe('photos', () => {
  test('come back as they were added, in input order, without gaps', async () => {
    const { photos } = await temporaryProject();
    const full = photoRow('صورة', {
      takenAtMs: 1_714_979_289_123,
      focalPx: 512.25,
      camera: 'Canon EOS R5',
      gps: { latitudeDeg: 48.1, longitudeDeg: -11.5, altitudeM: null },
      prior: { worldFromCamera: { ...identitySim3, translation: [1, 2, 3] }, intrinsics: pinhole(400, 300, 500) },
    });
    const added = photos.add([photoRow('b'), full]);
    expect(added.map(({ orderIdx }) => orderIdx)).toEqual([0, 1]);
    expect(photos.list()).toEqual(added);
    expect(photos.byId('صورة')).toEqual({ ...full, orderIdx: 1 });
    expect(photos.byHash(full.sha256)?.id).toBe('صورة');
    expect(photos.byId('none')).toBeNull();
    expect(photos.byHash('none')).toBeNull();
  });

  test('with content that is there already are left out', async () => {
    const { photos } = await temporaryProject();
    photos.add([photoRow('a')]);
    const added = photos.add([photoRow('twin', { sha256: 'hash of a' }), photoRow('c')]);
    expect(added.map(({ id, orderIdx }) => [id, orderIdx])).toEqual([['c', 1]]);
  });

  test('change places only among those that are arranged', async () => {
    const { photos } = await temporaryProject();
    photos.add(['a', 'b', 'c', 'd', 'e'].map((id) => photoRow(id)));
    photos.arrange(['e', 'b', 'd']);
    expect(photos.list().map(({ id }) => id)).toEqual(['a', 'e', 'c', 'b', 'd']);
    expect(photos.list().map(({ orderIdx }) => orderIdx)).toEqual([0, 1, 2, 3, 4]);
  });

  test('can be told where their file has moved', async () => {
    const { photos } = await temporaryProject();
    photos.add([photoRow('a')]);
    photos.setPath('a', 'photos/a.jpg');
    expect(photos.byId('a')?.path).toBe('photos/a.jpg');
  });
});

test('a run of a version that knew no revisiting does not revisit', async () => {
  const { runs } = await temporaryProject();
  const { revisit: _none, ...old } = runSettings;
  const { id } = runs.create('cut3r', old as typeof runSettings);
  expect(runs.byId(id)?.settings).toEqual({ ...old, revisit: 'none', depthModelId: null });
});

test('runs keep settings, status and message; the newest is the one made last', async () => {
  const { runs } = await temporaryProject();
  const first = runs.create('geometry', runSettings);
  const second = runs.create('cut3r', { ...runSettings, sizePx: 512 });
  expect(runs.newest()).toEqual(second);
  expect(runs.update(first.id, { status: 'failed', message: 'Why.' })).toMatchObject({
    status: 'failed',
    message: 'Why.',
  });
  expect(runs.list().map(({ status }) => status)).toEqual(['failed', 'running']);
  expect(runs.byId(second.id)?.settings.sizePx).toBe(512);
  expect(runs.update('none', { status: 'done' })).toBeNull();
});

describe('a step', () => {
  test('commits frames and chunks together, and names the chunks that were replaced', async () => {
    const store = await temporaryProject();
    store.photos.add([photoRow('a'), photoRow('b')]);
    const { id: runId } = store.runs.create('geometry', runSettings);
    const preview = { id: 'c1', photoId: 'a', kind: 'preview' as const, count: 5, bounds: noBounds };
    const first = store.commitStep({ runId, frames: [frameDraft('a', 0)], chunks: [preview] });
    expect(first.replaced).toEqual([]);
    const moved = { ...identitySim3, translation: [0, 0, 1] as const };
    const second = store.commitStep({
      runId,
      frames: [frameDraft('b', 1), frameDraft('a', 0, { worldFromCamera: moved })],
      chunks: [
        { ...preview, id: 'c2', kind: 'final' },
        { ...preview, id: 'c3', photoId: 'b' },
      ],
    });
    expect(second.replaced).toEqual(['c1']);
    // The frame of a photo keeps its id when it moves.
    expect(second.frames[1].id).toBe(first.frames[0].id);
    expect(
      store.frames.list(runId).map(({ photoId, worldFromCamera }) => [photoId, worldFromCamera?.translation]),
    ).toEqual([
      ['a', [0, 0, 1]],
      ['b', [0, 0, 0]],
    ]);
    expect(store.chunks.list(runId)).toEqual(second.chunks);
    expect(store.chunks.ids().sort()).toEqual(['c2', 'c3']);
  });

  test('may bring points of a photo that was placed earlier, and keeps inferred points beside seen ones', async () => {
    const store = await temporaryProject();
    store.photos.add([photoRow('a')]);
    const { id: runId } = store.runs.create('geometry', runSettings);
    store.commitStep({ runId, frames: [frameDraft('a', 0)], chunks: [] });
    const chunk = { id: 'c1', photoId: 'a', kind: 'final' as const, count: 5, bounds: noBounds };
    store.commitStep({ runId, frames: [], chunks: [chunk] });
    const { replaced, chunks } = store.commitStep({
      runId,
      frames: [],
      chunks: [{ ...chunk, id: 'i', kind: 'inferred' }],
    });
    expect(replaced).toEqual([]);
    expect(store.chunks.ofFrame(chunks[0].frameId)).toHaveLength(2);
  });

  test('is committed as a whole or not at all', async () => {
    const store = await temporaryProject();
    store.photos.add([photoRow('a')]);
    const { id: runId } = store.runs.create('geometry', runSettings);
    const chunk = { id: 'c1', photoId: 'unplaced', kind: 'final' as const, count: 5, bounds: noBounds };
    expect(() => store.commitStep({ runId, frames: [frameDraft('a', 0)], chunks: [chunk] })).toThrow();
    expect(store.frames.list(runId)).toEqual([]);
    expect(() => store.commitStep({ runId, frames: [frameDraft('unknown', 0)], chunks: [] })).toThrow(/FOREIGN KEY/);
  });

  test('keeps a photo that waits without a pose', async () => {
    const store = await temporaryProject();
    store.photos.add([photoRow('a')]);
    const { id: runId } = store.runs.create('geometry', runSettings);
    const waiting = frameDraft('a', 0, { status: 'waiting', worldFromCamera: null, intrinsics: null });
    const { frames } = store.commitStep({ runId, frames: [waiting], chunks: [] });
    expect(store.frames.byId(frames[0].id)).toEqual(frames[0]);
    expect(store.frames.ofPhoto(runId, 'a')).toMatchObject({
      status: 'waiting',
      worldFromCamera: null,
      intrinsics: null,
    });
  });
});

test('saved states: the newest not after a step, and pruning that keeps the last ones', async () => {
  const { runs, states } = await temporaryProject();
  const { id } = runs.create('geometry', runSettings);
  for (const stepIdx of [10, 20, 30, 40]) states.add(id, stepIdx);
  states.add(id, 20);
  expect(states.newestNotAfter(id, 29)?.stepIdx).toBe(20);
  expect(states.newestNotAfter(id, 9)).toBeNull();
  expect(states.prune(id, 2).map(({ stepIdx }) => stepIdx)).toEqual([10, 20]);
  expect(states.list(id).map(({ stepIdx }) => stepIdx)).toEqual([30, 40]);
  expect(states.prune(id, 0)).toHaveLength(2);
});

test('edits are undone and redone in order, and a new edit ends what could be redone', async () => {
  const { edits } = await temporaryProject();
  expect(edits.undo()).toBeNull();
  const one = edits.append({ kind: 'scale-set', metresPerUnit: 1 });
  const two = edits.append({ kind: 'scale-set', metresPerUnit: 2 });
  expect([one.seq, two.seq]).toEqual([1, 2]);
  expect(edits.undo()).toEqual({ ...two, undone: true });
  expect(edits.undo()).toEqual({ ...one, undone: true });
  expect(edits.undo()).toBeNull();
  expect(edits.redo()).toEqual(one);
  const three = edits.append({ kind: 'up-set', upInWorld: [0, 1, 0] });
  expect(edits.redo()).toBeNull();
  expect(edits.list()).toEqual([one, three]);
});

describe('an import', () => {
  const file = (name: string) => ({ path: `/in/${name}`, name, kind: 'photo' as const, prior: null });

  test('remembers what is left to read', async () => {
    const { imports, photos } = await temporaryProject();
    const session = imports.begin([file('a.jpg'), file('b.jpg'), file('c.jpg')], true);
    expect(imports.open()).toEqual(session);
    photos.add([photoRow('a')]);
    imports.link(session.id, 'a');
    imports.markDone(session.id, 0, { state: 'imported' });
    imports.markDone(session.id, 1, { state: 'skipped', code: 'photo-missing', reason: 'Gone.' });
    expect(imports.pending(session.id)).toEqual([{ idx: 2, ...file('c.jpg') }]);
    expect(imports.counts(session.id)).toEqual({ found: 3, done: 2 });
    expect(imports.skipped(session.id)).toEqual([{ name: 'b.jpg', code: 'photo-missing', reason: 'Gone.' }]);
    expect(imports.photoIds(session.id)).toEqual(['a']);
  });

  test('that was cancelled is taken up again, one that is done is not', async () => {
    const { imports } = await temporaryProject();
    expect(imports.reopen()).toBeNull();
    const session = imports.begin([file('a.jpg')], false);
    imports.finish(session.id, 'cancelled');
    expect(imports.open()).toBeNull();
    expect(imports.reopen()).toEqual(session);
    expect(imports.open()).toEqual(session);
    imports.finish(session.id, 'done');
    expect(imports.reopen()).toBeNull();
  });
});
