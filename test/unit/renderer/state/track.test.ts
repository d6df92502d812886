// The followed point and the refinement as the interface knows them, and where a click on a photo is.
import { describe, expect, test } from 'vitest';
import type { TrackObservation, TrackReply } from '../../../../electron/contract/scene-requests.ts';
import { AppState } from '../../../../renderer/state/app-state.svelte.ts';
import { connect, start } from '../../../../renderer/state/connect.ts';
import { TrackState } from '../../../../renderer/state/track.svelte.ts';
import type { StudioCalls } from '../../../../renderer/state/studio-calls.ts';
import { pixelUnder, placeInBox } from '../../../../renderer/ui/common/cover.ts';
import type { Refinement } from '../../../../projects/format/refinement.ts';
import { createFakeStudio, fakeDefaults } from '../../../support/fake/studio.ts';

const seen = (photoId: string, change: Partial<TrackObservation> = {}): TrackObservation => ({
  ...{ photoId, xPx: 10, yPx: 20, visible: true, score: 0.9, pointInWorld: [0, 0, 1] },
  ...change,
});
const replyOf = (change: Partial<TrackReply> = {}): TrackReply => ({
  pointInWorld: [0, 0, 1],
  moving: false,
  observations: [seen('a'), seen('b', { visible: false, pointInWorld: null }), seen('c', { pointInWorld: [1, 0, 1] })],
  ...change,
});

/** Answers in the order that the test wants. */
function asked(): { track: TrackState; answers: ((reply: TrackReply | null) => void)[] } {
  const answers: ((reply: TrackReply | null) => void)[] = [];
  const calls = { ask: () => new Promise((resolve) => answers.push(resolve)) } as unknown as StudioCalls;
  return { track: new TrackState(calls), answers };
}

describe('a followed point', () => {
  test('is known by photo, with who sees it; only a moving one has a trail', async () => {
    const { track, answers } = asked();
    const still = track.follow('a', 10, 20);
    expect(track.isWorking).toBe(true);
    answers[0](replyOf());
    await still;
    expect(track.isWorking).toBe(false);
    expect(track.seenBy).toEqual(['a', 'c']);
    expect(track.byPhoto.get('b')?.visible).toBe(false);
    expect(track.trail).toEqual([]);
    const moving = track.follow('a', 10, 20);
    answers[1](replyOf({ moving: true }));
    await moving;
    expect(track.trail).toEqual([
      [0, 0, 1],
      [1, 0, 1],
    ]);
  });

  test('is the one clicked last, whichever answer comes first', async () => {
    const { track, answers } = asked();
    const first = track.follow('a', 1, 1);
    const second = track.follow('a', 2, 2);
    answers[1](replyOf({ pointInWorld: [2, 2, 2] }));
    answers[0](replyOf({ pointInWorld: [1, 1, 1] }));
    await Promise.all([first, second]);
    expect(track.reply?.pointInWorld).toEqual([2, 2, 2]);
    track.clear();
    expect(track.reply).toBeNull();
  });

  test('is forgotten when frames move', async () => {
    const studio = createFakeStudio({ ...fakeDefaults, photos: 4, met: 4 });
    const app = new AppState(studio);
    connect(app);
    await start(app);
    app.track.reply = replyOf();
    studio.place(0, 1);
    expect(app.track.reply).toBeNull();
  });
});

test('refinements come as events; what is shown is the newest that was not taken back', async () => {
  const studio = createFakeStudio({ ...fakeDefaults, photos: 4, met: 4 });
  const app = new AppState(studio);
  connect(app);
  await start(app);
  const record = (id: string, undone: boolean): Refinement => ({
    ...{ id, runId: 'run1', createdAtMs: 1, undone },
    reports: [
      {
        ...{ frames: 4, framesInAll: 4, tracks: 100, gatedShare: 0.1, refusal: null },
        ...{ errorPxBefore: 3, errorPxAfter: 0.5, depthErrorBefore: 0.1, depthErrorAfter: 0.02 },
      },
    ],
  });
  studio.emit('refinements.changed', { refinements: [record('one', false), record('two', true)] });
  expect(app.refinements.undoable?.id).toBe('one');
  expect(app.refinements.redoable?.id).toBe('two');
  expect(app.refinements.report?.errorPxAfter).toBe(0.5);
});

test('a click on a photo that is cut to its box finds its pixel, and the pixel its place', () => {
  const photo = { widthPx: 4000, heightPx: 3000 };
  const strip = { widthPx: 104, heightPx: 76 };
  expect(pixelUnder(photo, strip, 52, 38)).toEqual({ xPx: 2000, yPx: 1500 });
  // 104 : 76 is wider than 4 : 3, so the width fits and the height is cut by one pixel above and below.
  expect(placeInBox(photo, strip, 0, 1500)).toEqual({ x: 0, y: 38 });
  expect(placeInBox(photo, strip, 2000, 0).y).toBeCloseTo(-1);
  const { xPx, yPx } = pixelUnder(photo, strip, 17, 60);
  const back = placeInBox(photo, strip, xPx, yPx);
  expect(back.x).toBeCloseTo(17);
  expect(back.y).toBeCloseTo(60);
});
