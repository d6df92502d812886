// Edits fold into the visible scene; an undone edit is as if it had never been.
import { expect, test } from 'vitest';
import {
  deletionTest,
  foldEdits,
  inEditedOrder,
  type Edit,
  type EditRecord,
} from '../../../../projects/format/edits.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';

const records = (...edits: (Edit | [Edit, 'undone'])[]): EditRecord[] =>
  edits.map((item, seq) => {
    const undone = Array.isArray(item);
    return { id: `e${seq}`, seq, createdAtMs: 0, undone, edit: undone ? item[0] : item };
  });

test('the later edit of the same thing wins, whatever order the rows come in', () => {
  const rows = records(
    { kind: 'photos-excluded', photoIds: ['a', 'b'], excluded: true },
    { kind: 'photos-excluded', photoIds: ['a'], excluded: false },
    { kind: 'up-set', upInWorld: [0, 0, 1] },
    { kind: 'up-set', upInWorld: [0, 1, 0] },
  ).reverse();
  const scene = foldEdits(rows);
  expect([...scene.excludedPhotoIds]).toEqual(['b']);
  expect(scene.upInWorld).toEqual([0, 1, 0]);
});

test('undone edits do not count', () => {
  const scene = foldEdits(
    records(
      { kind: 'frames-hidden', frameIds: ['f'], hidden: true },
      [{ kind: 'frames-hidden', frameIds: ['f'], hidden: false }, 'undone'],
      [{ kind: 'scale-set', metresPerUnit: 2 }, 'undone'],
    ),
  );
  expect(scene.hiddenFrameIds.has('f')).toBe(true);
  expect(scene.scale).toBeNull();
});

test('photos the user ordered come first, new ones after them in input order', () => {
  const scene = foldEdits(records({ kind: 'photos-reordered', photoIds: ['c', 'a'] }));
  const photos = ['a', 'b', 'c', 'd'].map((id, orderIdx) => ({ id, orderIdx }));
  expect(inEditedOrder(photos, scene).map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd']);
});

test('points inside any deleted box are gone, those outside stay', () => {
  const half = Math.SQRT1_2;
  const gone = deletionTest([
    { frameId: 'f', cameraFromBox: { ...identitySim3, translation: [0, 0, 5] }, halfSize: [1, 1, 1] },
    {
      frameId: 'f',
      cameraFromBox: { rotation: [0, 0, half, half], translation: [10, 0, 0], scale: 2 },
      halfSize: [1, 0.1, 1],
    },
  ]);
  expect(gone([0.9, -0.9, 5.9])).toBe(true);
  expect(gone([0, 0, 6.1])).toBe(false);
  // The second box is turned by a quarter and twice as large: long along y, thin along x.
  expect(gone([10, 1.9, 0])).toBe(true);
  expect(gone([11, 0, 0])).toBe(false);
});
