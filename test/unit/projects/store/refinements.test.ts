// Refinements come back as they were given, are undone newest first, and a new one ends what could be redone.

import { expect, test } from 'vitest';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { sentenceOfReport, type FramePose, type RefinementReport } from '../../../../projects/format/refinement.ts';
import { temporaryProject } from '../../../support/project-fixtures.ts';
import { runSettings } from '../../../support/project-rows.ts';

const report: RefinementReport = {
  ...{ frames: 3, framesInAll: 4, tracks: 200, gatedShare: 0.055, refusal: null },
  ...{ errorPxBefore: 2.5, errorPxAfter: 0.25, depthErrorBefore: 0.1, depthErrorAfter: 0.01 },
};
/** Numbers that only survive when nothing is rounded. */
const pose = (photoId: string, x: number): FramePose => ({
  photoId,
  worldFromCamera: { rotation: [0.1, 0.2, 0.3, Math.sqrt(0.86)], translation: [x, 1 / 3, -2e-17], scale: Math.PI },
  intrinsics: pinhole(400, 300, 512.345678901234),
});

test('poses survive bit by bit, and undo and redo go through them in order', async () => {
  const { runs, refinements } = await temporaryProject();
  const run = runs.create('learned', runSettings);
  const first = refinements.add(run.id, { before: [pose('a', 0.1 + 0.2)], after: [pose('a', 1)] }, [report]);
  const second = refinements.add(run.id, { before: [pose('a', 1)], after: [pose('a', 2)] }, []);
  expect(refinements.list(run.id)).toEqual([first, second]);
  expect(refinements.poses(first.id)).toEqual({ before: [pose('a', 0.1 + 0.2)], after: [pose('a', 1)] });
  expect(refinements.undoable(run.id)).toEqual(second);
  expect(refinements.setUndone(second.id, true)).toEqual({ ...second, undone: true });
  expect(refinements.undoable(run.id)).toEqual(first);
  refinements.setUndone(first.id, true);
  expect(refinements.undoable(run.id)).toBeNull();
  expect(refinements.redoable(run.id)?.id).toBe(first.id);
  refinements.setUndone(first.id, false);
  expect(refinements.redoable(run.id)?.id).toBe(second.id);
});

test('a new one ends what could be redone, in its own run only', async () => {
  const { runs, refinements } = await temporaryProject();
  const [one, other] = [runs.create('learned', runSettings), runs.create('learned', runSettings)];
  const kept = refinements.add(other.id, { before: [], after: [] }, []);
  refinements.setUndone(kept.id, true);
  const gone = refinements.add(one.id, { before: [], after: [] }, []);
  refinements.setUndone(gone.id, true);
  const next = refinements.add(one.id, { before: [], after: [] }, []);
  expect(refinements.list(one.id)).toEqual([next]);
  expect(refinements.list(other.id).map(({ id }) => id)).toEqual([kept.id]);
});

test('what a refinement did is said in one sentence, and why one was refused', () => {
  expect(sentenceOfReport(report)).toBe(
    'Refined 3 of 4 photos by 200 tracks: the median error fell from 2.50 to 0.25 pixels; 5.5 % of the tracks were left out because they move or do not fit.',
  );
  expect(sentenceOfReport({ ...report, refusal: 'the cameras already fit the photos' })).toBe(
    'The cameras of 4 photos were left as they are: the cameras already fit the photos.',
  );
});
