// The state as a whole, fed by a stand-in host: what events make true, and what they do not.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AppState } from '../../../../renderer/state/app-state.svelte.ts';
import { connect, start } from '../../../../renderer/state/connect.ts';
import { createFakeStudio, fakeDefaults, type FakeOptions, type FakeStudio } from '../../../support/fake/studio.ts';

let studio: FakeStudio;
let app: AppState;

async function begin(options: Partial<FakeOptions> = {}): Promise<void> {
  studio = createFakeStudio({ ...fakeDefaults, ...options });
  app = new AppState(studio);
  connect(app);
  await start(app);
}

beforeEach(() => {
  vi.useRealTimers();
});

describe('starting', () => {
  test('an open project is shown at once', async () => {
    await begin({ photos: 6, met: 4 });
    expect(app.shell.page).toBe('workspace');
    expect(app.photos.ordered).toHaveLength(6);
    expect(app.frames.placed).toHaveLength(4);
    expect(app.unmet).toBe(2);
  });

  test('without an open project the list of projects is shown', async () => {
    await begin({ open: false });
    expect(app.shell.page).toBe('home');
    expect(app.library.projects).toHaveLength(fakeDefaults.recents);
  });

  test('the very first start opens the sample and says so', async () => {
    await begin({ open: false, recents: 0 });
    expect(app.shell.page).toBe('workspace');
    expect(app.shell.sampleLine).toBe(true);
  });
});

describe('a run', () => {
  test('frames and points appear by events, in their own numbers', async () => {
    await begin({ photos: 6, met: 2 });
    const before = app.frames.pointCount;
    studio.place(2, 4);
    expect(app.frames.placed).toHaveLength(4);
    expect(app.frames.pointCount).toBe(2 * before);
    expect(app.run.progress?.done).toBe(4);
  });

  test('a preview leaves when its final chunk comes', async () => {
    await begin({ photos: 3, met: 1 });
    const [old] = app.frames.chunks;
    studio.emit('chunks.added', { chunks: [{ ...old, id: 'final', count: 7 }], replaced: [old.id] });
    expect(app.frames.chunks.map(({ id }) => id)).toEqual(['final']);
  });

  test('a new run begins with an empty scene, and late frames of the old one stay out', async () => {
    await begin({ photos: 3, met: 3 });
    const [late] = app.frames.all;
    const run = { ...app.run.shown!, id: 'run2', createdAtMs: 99, status: 'running' as const };
    studio.emit('run.changed', { run });
    expect(app.frames.all).toHaveLength(0);
    studio.emit('frames.changed', { frames: [late] });
    expect(app.frames.all).toHaveLength(0);
    studio.emit('frames.changed', { frames: [{ ...late, id: 'f2', runId: 'run2' }] });
    expect(app.frames.all).toHaveLength(1);
  });
});

describe('edits', () => {
  test('an excluded photo leaves the scene and comes back by undo', async () => {
    await begin({ photos: 4, met: 4 });
    await app.edits.append({ kind: 'photos-excluded', photoIds: ['photo1'], excluded: true });
    expect(app.visibleFrameIds.has('frame1')).toBe(false);
    expect(app.photos.included).toBe(3);
    await app.edits.undo();
    expect(app.visibleFrameIds.has('frame1')).toBe(true);
    expect(app.edits.redoable).not.toBeNull();
    await app.edits.redo();
    expect(app.visibleFrameIds.has('frame1')).toBe(false);
  });

  test('reordering changes the strip and the timeline alike', async () => {
    await begin({ photos: 3, met: 3 });
    await app.edits.append({ kind: 'photos-reordered', photoIds: ['photo2', 'photo0', 'photo1'] });
    expect(app.photos.ordered.map(({ id }) => id)).toEqual(['photo2', 'photo0', 'photo1']);
    app.view.frameFilter = 'one';
    app.timeline.go(0);
    expect([...app.visibleFrameIds]).toEqual(['frame2']);
  });
});

describe('time', () => {
  test('stepping wraps round only when looping', async () => {
    await begin({ photos: 3, met: 3 });
    app.timeline.go(2);
    app.timeline.loop = false;
    expect(app.timeline.step(1)).toBe(false);
    expect(app.timeline.idx).toBe(2);
    app.timeline.loop = true;
    expect(app.timeline.step(1)).toBe(true);
    expect(app.timeline.idx).toBe(0);
  });

  test('now follows the photo met last until the user chooses another', async () => {
    await begin({ photos: 6, met: 2 });
    expect(app.timeline.idx).toBe(1);
    studio.place(2, 4);
    expect(app.timeline.idx).toBe(3);
    app.timeline.go(0);
    studio.place(4, 5);
    expect(app.timeline.idx).toBe(0);
  });

  test('playing turns "all" into "up to now", so that something moves', async () => {
    await begin({ photos: 3, met: 3 });
    app.timeline.togglePlay();
    expect(app.view.frameFilter).toBe('upto');
    expect(app.timeline.playing).toBe(true);
  });
});

test('an error of the host is kept at the place where the work began, once', async () => {
  await begin();
  await app.calls.tell('run.retry', { photoIds: [] }, 'run');
  await app.calls.tell('run.retry', { photoIds: [] }, 'run');
  expect(app.notices.at('run').map(({ code }) => code)).toEqual(['busy']);
  expect(app.notices.at('import')).toEqual([]);
});

test('leaving a project leaves nothing of it behind', async () => {
  await begin({ photos: 4, met: 4 });
  app.selection.only('photo1');
  app.leave();
  expect(app.project).toBeNull();
  expect(app.photos.ordered).toEqual([]);
  expect(app.frames.chunks).toEqual([]);
  expect(app.selection.isEmpty).toBe(true);
  expect(app.shell.page).toBe('home');
});
