// The small decisions of a run: which photo is next, what a failure means, which states may go.

import { describe, expect, test } from 'vitest';
import { EngineGone, EngineRefusal } from '../../../../../electron/studio/engine-client.ts';
import { Mishaps } from '../../../../../electron/studio/run/mishaps.ts';
import { RunQueue } from '../../../../../electron/studio/run/queue.ts';
import { draftsOf } from '../../../../../electron/studio/run/recorder.ts';
import { superfluous } from '../../../../../electron/studio/run/state-keeper.ts';
import type { StepReply } from '../../../../../electron/contract/engine.ts';
import { fail, StudioFailure } from '../../../../../projects/format/result.ts';
import type { Frame, Photo } from '../../../../../projects/format/scene.ts';
import { identitySim3 } from '../../../../../projects/format/sim3.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';

const photo = (id: string): Photo => ({ id, orderIdx: 0 }) as Photo;
const frame = (photoId: string, stepIdx: number, status: Frame['status'] = 'placed'): Frame => ({
  photoId,
  stepIdx,
  status,
  submapIdx: 0,
  worldFromCamera: null,
  intrinsics: null,
  confidence: 0,
  reason: null,
  id: `f-${photoId}`,
  runId: 'r',
});
const framesOf = (...frames: Frame[]): Map<string, Frame> => new Map(frames.map((f) => [f.photoId, f]));

describe('The queue', () => {
  const input = { photos: ['a', 'b', 'c', 'd'].map(photo), excludedPhotoIds: new Set<string>(), maxFrames: null };

  test('repeats what the state has forgotten in the order in which it met them, then takes new photos, then retries', () => {
    const queue = new RunQueue();
    const frames = framesOf(frame('a', 0), frame('c', 2), frame('b', 1), frame('x', 3, 'failed'));
    queue.replay(['b', 'c']);
    queue.retry(['x']);
    expect(queue.pending(input, frames)).toEqual(['b', 'c', 'd', 'x']);
    queue.met('b');
    queue.met('x');
    expect(queue.pending(input, frames)).toEqual(['c', 'd']);
  });

  test('repeats a photo twice that was met twice, and leaves it out for good when it cannot be met', () => {
    const queue = new RunQueue();
    const frames = framesOf(...['a', 'b', 'c', 'd'].map((id, idx) => frame(id, idx)));
    queue.replay(['a', 'b', 'a', 'b']);
    queue.met('a');
    expect(queue.pending(input, frames)).toEqual(['b', 'a', 'b']);
    queue.leaveOut('b');
    expect(queue.pending(input, frames)).toEqual(['a']);
  });

  test('repeats a photo that was excluded since, because the state has seen it, but takes no new one that is', () => {
    const queue = new RunQueue();
    const frames = framesOf(frame('a', 0));
    queue.replay(['a']);
    expect(queue.pending({ ...input, excludedPhotoIds: new Set(['a', 'b']) }, frames)).toEqual(['a', 'c', 'd']);
  });

  test('counts a limit over the photos that are wanted, not over those that are left', () => {
    const queue = new RunQueue();
    const frames = framesOf(frame('a', 0), frame('b', 1));
    expect(queue.pending({ ...input, maxFrames: 3 }, frames)).toEqual(['c']);
    expect(queue.pending({ ...input, maxFrames: 2 }, frames)).toEqual([]);
  });
});

describe('A failure', () => {
  const refused = (error: { error: ConstructorParameters<typeof EngineRefusal>[0] }): EngineRefusal =>
    new EngineRefusal(error.error);
  const gone = new EngineGone('signal SIGKILL');

  test('of the engine at a photo is tried again once, and a success in between forgives it', () => {
    const mishaps = new Mishaps();
    const activity = { kind: 'photo', photoId: 'a' } as const;
    expect(mishaps.judge(activity, gone)).toBe('restart');
    mishaps.succeeded(activity);
    expect(mishaps.judge(activity, gone)).toBe('restart');
    expect(mishaps.judge({ kind: 'photo', photoId: 'b' }, gone)).toBe('restart');
    expect(mishaps.judge(activity, gone)).toBe('fail-photo-and-restart');
  });

  test.each([
    ['photo', refused(fail('photo-unreadable', { name: 'a', reason: 'x' })), 'fail-photo'],
    ['photo', refused(fail('disk-full')), 'pause'],
    ['photo', new StudioFailure('disk-full'), 'pause'],
    ['photo', new TypeError('a fault of ours'), 'fail-run'],
    ['begin', refused(fail('state-damaged', { reason: 'x' })), 'drop-state'],
    ['begin', refused(fail('model-damaged', { id: 'm', reason: 'x' })), 'fail-run'],
    ['begin', refused(fail('run-failed', { reason: 'nothing runs such packs' })), 'fail-run'],
    ['settle', refused(fail('internal', { reason: 'x' })), 'restart'],
  ] as const)('at %s by %o leads to %s', (kind, error, verdict) => {
    expect(new Mishaps().judge(kind === 'photo' ? { kind, photoId: 'a' } : { kind }, error)).toBe(verdict);
  });

  test('of the closing work ends in doing without it', () => {
    const mishaps = new Mishaps();
    expect([1, 2].map(() => mishaps.judge({ kind: 'settle' }, gone))).toEqual(['restart', 'skip-settling']);
    expect([1, 2, 3].map(() => mishaps.judge({ kind: 'begin' }, gone))).toEqual(['restart', 'restart', 'fail-run']);
  });
});

describe('Saved states', () => {
  const states = (...steps: number[]) => steps.map((stepIdx) => ({ runId: 'r', stepIdx, createdAtMs: 0 }));

  test('of a pause go when a newer one is there; every tenth and the newest stay', () => {
    expect(superfluous(states(7, 10, 14, 20, 23)).map(({ stepIdx }) => stepIdx)).toEqual([7, 14]);
    expect(superfluous(states(3))).toEqual([]);
  });

  test('of a long run are thinned to a number that does not grow', () => {
    let kept = states();
    for (let step = 10; step <= 5000; step += 10) {
      kept = [...kept, ...states(step)];
      const gone = superfluous(kept);
      kept = kept.filter((state) => !gone.includes(state));
      expect(kept.length).toBeLessThanOrEqual(25);
    }
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.at(-1)?.stepIdx).toBe(5000);
  });
});

describe('What a step brought', () => {
  const reply = (change: Partial<StepReply>): StepReply => ({
    stepIdx: 5,
    placed: [],
    waiting: [],
    chunks: [],
    depthChange: null,
    notices: [],
    settled: false,
    next: null,
    timing: { totalMs: 1, modelMs: 1 },
    rssMb: 1,
    peakRssMb: 1,
    ...change,
  });
  const placed = { worldFromCamera: identitySim3, intrinsics: pinhole(4, 3, 5), submapIdx: 0, confidence: 1 };

  test('gives the shown photo a row even when nothing is said of it', () => {
    expect(draftsOf(reply({}), 'a', new Map())).toMatchObject([{ photoId: 'a', stepIdx: 4, status: 'waiting' }]);
  });

  test('moves earlier photos without changing when they were met', () => {
    const drafts = draftsOf(
      reply({
        placed: [
          { photoId: 'a', ...placed },
          { photoId: 'b', ...placed },
        ],
      }),
      'b',
      framesOf(frame('a', 1)),
    );
    expect(drafts).toMatchObject([
      { photoId: 'b', stepIdx: 4, status: 'placed' },
      { photoId: 'a', stepIdx: 1, status: 'placed' },
    ]);
  });

  test('keeps the place of a photo that is only met once more', () => {
    const known = framesOf({ ...frame('a', 2), worldFromCamera: identitySim3 });
    expect(draftsOf(reply({}), 'a', known)).toMatchObject([
      { photoId: 'a', stepIdx: 4, status: 'placed', worldFromCamera: identitySim3 },
    ]);
  });
});
