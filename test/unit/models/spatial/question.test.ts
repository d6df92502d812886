// Plain English becomes one of ten questions, or none.
import { expect, test } from 'vitest';
import { isAboutSpace, readSpatialQuestion, type SpatialQuestion } from '../../../../models/spatial/question.ts';
import { spatialKinds } from '../../../../projects/format/spatial-answer.ts';

const cases: [string, SpatialQuestion | null][] = [
  ['How many red boxes are there?', { kind: 'object_counting', thing: 'red boxes' }],
  ['how many chairs in the room', { kind: 'object_counting', thing: 'chairs' }],
  ['How far is the chair from the blue box?', { kind: 'object_abs_distance', from: 'chair', to: 'blue box' }],
  ['distance between the sofa and a table', { kind: 'object_abs_distance', from: 'sofa', to: 'table' }],
  ["What's the distance from the sofa to the table?", { kind: 'object_abs_distance', from: 'sofa', to: 'table' }],
  ['how far is it from the sofa to the table', { kind: 'object_abs_distance', from: 'sofa', to: 'table' }],
  ['how big is the room', { kind: 'room_size_estimation' }],
  ['how far apart are the sofa and the table', { kind: 'object_abs_distance', from: 'sofa', to: 'table' }],
  [
    'how far is “red and not wall” from “blue, dark”',
    { kind: 'object_abs_distance', from: 'red and not wall', to: 'blue, dark' },
  ],
  ['how large is the sofa', { kind: 'object_size_estimation', thing: 'sofa', edge: 'longest' }],
  ['How tall is the lamp?', { kind: 'object_size_estimation', thing: 'lamp', edge: 'height' }],
  ['what is the width of the door', { kind: 'object_size_estimation', thing: 'door', edge: 'width' }],
  ['how large is the room?', { kind: 'room_size_estimation' }],
  ['What is the area of the floor', { kind: 'room_size_estimation' }],
  [
    'which is nearer to the door: the chair or the table?',
    { kind: 'object_rel_distance', to: 'door', options: ['chair', 'table'] },
  ],
  [
    'Which of the chair, the table and the lamp is closest to the red box',
    { kind: 'object_rel_distance', to: 'red box', options: ['chair', 'table', 'lamp'] },
  ],
  [
    'standing at the table facing the sofa, is the chair left or right',
    { kind: 'object_rel_direction_easy', at: 'table', facing: 'sofa', thing: 'chair' },
  ],
  [
    'If I am standing by the table and facing the sofa, is the chair to my left, right, or behind me?',
    { kind: 'object_rel_direction_medium', at: 'table', facing: 'sofa', thing: 'chair' },
  ],
  [
    'standing next to the table facing the sofa, where is the chair?',
    { kind: 'object_rel_direction_hard', at: 'table', facing: 'sofa', thing: 'chair' },
  ],
  [
    'standing at a table, facing the sofa, is the chair front-left, front-right, back-left or back-right',
    { kind: 'object_rel_direction_hard', at: 'table', facing: 'sofa', thing: 'chair' },
  ],
  [
    'route from the door facing the table to the table, then the window',
    { kind: 'route_planning', at: 'door', facing: 'table', stops: ['table', 'window'] },
  ],
  [
    'in which order do the chair, the lamp and the sofa appear',
    { kind: 'obj_appearance_order', things: ['chair', 'lamp', 'sofa'] },
  ],
  ['which appears first: lamp or sofa', { kind: 'obj_appearance_order', things: ['lamp', 'sofa'] }],
  ['red and not wall', null],
  ['how', null],
  ['how far is the chair', null],
  ['which is nearest to the door', null],
];

test.each(cases)('“%s”', (text, question) => {
  expect(readSpatialQuestion(text)).toEqual(question);
});

test('every type of question can be asked', () => {
  const asked = new Set(cases.map(([, question]) => question?.kind));
  expect(spatialKinds.filter((kind) => !asked.has(kind))).toEqual([]);
});

test('hostile texts end quickly, whatever they are', () => {
  for (const text of ['how far is '.repeat(40), 'standing at a facing '.repeat(24), `which of ${'a, '.repeat(160)}`])
    expect(() => readSpatialQuestion(text.slice(0, 500))).not.toThrow();
});

test.each([
  ['how many chairs', true],
  ['distance between the table and the sofa', true],
  ['how big is the room', true],
  // Not whole, and yet about space: what is missing is then said.
  ['how far is the sofa', true],
  ['what is nearest to the door', true],
  ['red', false],
  ['where is the chair', false],
  ['which things are red', false],
  ['room', false],
  ['large dark', false],
  ['near and not floor', false],
  ['“how many” poster', false],
])('“%s” is about space: %s', (text, wanted) => {
  expect(isAboutSpace(text)).toBe(wanted);
});
