// Which frames are shown: edits first, then the filter over time.
import { expect, test } from 'vitest';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import type { Frame } from '../../../../projects/format/scene.ts';
import { visibleFrames } from '../../../../renderer/state/visible-frames.ts';

const frames: Frame[] = ['a', 'b', 'c', 'd'].map((id, stepIdx) => ({
  id: `frame-${id}`,
  runId: 'run',
  photoId: id,
  stepIdx,
  status: 'placed',
  submapIdx: 0,
  worldFromCamera: identitySim3,
  intrinsics: null,
  confidence: 1,
  reason: null,
}));
// The user has moved d to the front.
const placeOf = new Map([
  ['d', 0],
  ['a', 1],
  ['b', 2],
  ['c', 3],
]);
const nothing = { excludedPhotoIds: new Set<string>(), hiddenFrameIds: new Set<string>() };
const shown = (filter: 'all' | 'one' | 'upto', nowIdx: number, scene = nothing): string[] =>
  [...visibleFrames({ frames, placeOf, scene, filter, nowIdx })].sort();

test('all frames are shown without a filter, whatever the time', () => {
  expect(shown('all', 0)).toHaveLength(4);
});

test('one frame at a time follows the order of the user, not of the run', () => {
  expect(shown('one', 0)).toEqual(['frame-d']);
  expect(shown('one', 3)).toEqual(['frame-c']);
});

test('up to now counts in the order of the user', () => {
  expect(shown('upto', 1)).toEqual(['frame-a', 'frame-d']);
});

test('hidden frames and frames of excluded photos are never shown', () => {
  const scene = { excludedPhotoIds: new Set(['a']), hiddenFrameIds: new Set(['frame-b']) };
  expect(shown('all', 0, scene)).toEqual(['frame-c', 'frame-d']);
  expect(shown('one', 1, scene)).toEqual([]);
});
