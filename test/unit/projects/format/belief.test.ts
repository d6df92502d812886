// What changed between two beliefs of one photo.

import { expect, test } from 'vitest';
import { cameraChangeOf, firstPoseIn, summaryOf, type FirstBelief } from '../../../../projects/format/belief.ts';
import { compose, identitySim3, transformPoint, type Sim3 } from '../../../../projects/format/sim3.ts';

const half = Math.SQRT1_2;
const first: Sim3 = { ...identitySim3, translation: [1, 0, 0] };
/** A quarter turn about z, 3 to the right and 4 down. */
const revised: Sim3 = { rotation: [0, 0, half, half], translation: [4, 4, 0], scale: 1 };
const belief = (change: Partial<FirstBelief> = {}): FirstBelief => ({
  frameId: 'f',
  worldFromCamera: first,
  intrinsics: null,
  confidence: 0.2,
  points: { id: 'c', frameId: 'f', count: 10, kind: 'final', bounds: { min: [0, 0, 0], max: [1, 1, 1] } },
  revised: { worldFromCamera: revised, confidence: 0.6 },
  depth: { medianDepth: 2, medianRatio: 1.1 },
  ...change,
});

test('the camera moved by the way between its centres and turned by the angle between its axes', () => {
  expect(cameraChangeOf(belief())).toEqual({ distance: 5, turnedRad: expect.closeTo(Math.PI / 2, 9) });
});

test('the first belief goes along when refinement moves the frame, and stands where it was when nothing moved', () => {
  const at = (pose: Sim3) => transformPoint(pose, [1, 2, 3]).map((x) => Number(x.toFixed(9)));
  expect(at(firstPoseIn(belief(), revised))).toEqual(at(first));
  const worldMoved: Sim3 = { rotation: [0, half, 0, half], translation: [0, 9, 0], scale: 2 };
  expect(at(firstPoseIn(belief(), compose(worldMoved, revised)))).toEqual(at(compose(worldMoved, first)));
});

test('over all photos the medians are told; photos that could not be compared say nothing of depth', () => {
  const still = belief({ revised: { worldFromCamera: first, confidence: 1 }, depth: null });
  const summary = summaryOf([belief(), still, belief()]);
  expect(summary).toMatchObject({ photos: 3, distance: 5, turnedDeg: expect.closeTo(90, 4), firstPoints: 30 });
  expect(summary?.depthRatio).toBeCloseTo(1.1, 6);
  expect(summaryOf([still])?.depthRatio).toBeNull();
  expect(summaryOf([])).toBeNull();
});
