// Questions over a small scene: a red and a blue block on a grey floor.
import { expect, test } from 'vitest';
import {
  answer,
  metricMeanings,
  readQuestion,
  scoreSplats,
  type SceneAxes,
  type SceneSplats,
} from '../../../../models/language/answer.ts';
import { codeOf } from '../../../../models/language/codebook.ts';
import { createLexicon } from '../../../../models/language/lexicon.ts';

const axes: SceneAxes = { up: [0, -1, 0], right: [1, 0, 0], forward: [0, 0, 1], eye: [0, 0, 0], metresPerUnit: null };
const lexicon = createLexicon();

function scene(): { splats: SceneSplats; truth: string[] } {
  const positions: number[] = [];
  const codes: number[] = [];
  const truth: string[] = [];
  const block = (name: string, rgb: [number, number, number], at: number, size: number): void => {
    for (let i = 0; i < 1000; i++) {
      positions.push(
        at + (size * (i % 10)) / 10,
        -(size * (Math.floor(i / 10) % 10)) / 10,
        (size * Math.floor(i / 100)) / 10,
      );
      codes.push(codeOf(...rgb, 'vertical'));
      truth.push(name);
    }
  };
  block('red', [190, 30, 30], 0, 0.5);
  block('blue', [30, 50, 170], 3, 1.2);
  block('red', [200, 40, 35], 6, 1.5);
  for (let i = 0; i < 1600; i++) {
    positions.push((i % 40) / 5, 0.2, Math.floor(i / 40) / 20);
    codes.push(codeOf(120, 120, 120, 'floor'));
    truth.push('floor');
  }
  const splats = { count: truth.length, positions: Float32Array.from(positions), featureIdx: Uint16Array.from(codes) };
  return { splats, truth };
}

const limits = { threshold: 0.5, voxelSize: 0.3, minCount: 10 };

test.each([
  ['red', ['red']],
  ['red or blue', ['red', 'blue']],
  ['not floor', ['red', 'blue']],
  ['floor and not red', ['floor']],
])('“%s” hits exactly what it should', (text, names) => {
  const { splats, truth } = scene();
  const scores = scoreSplats(readQuestion(text, lexicon), splats, axes);
  truth.forEach((name, i) => expect(scores[i] >= 0.5).toBe(names.includes(name)));
});

test('instances are counted, and size words choose among them', () => {
  const { splats } = scene();
  const ask = (text: string) => answer(readQuestion(text, lexicon), splats, axes, limits);
  expect(ask('red').instances).toHaveLength(2);
  expect(ask('large red').instances.map(({ center }) => Math.round(center[0]))).toEqual([7]);
  expect(ask('small red').instances.map(({ center }) => Math.round(center[0]))).toEqual([0]);
  expect(ask('red').histogram.reduce((a, b) => a + b, 0)).toBe(splats.count);
});

test('position words are told by the place', () => {
  const { splats } = scene();
  const found = answer(readQuestion('red right', lexicon), splats, axes, limits).instances;
  expect(found.map(({ center }) => Math.round(center[0]))).toEqual([7]);
});

test('an unknown word is named in the answer', () => {
  expect(() => readQuestion('red zebra', lexicon)).toThrowError(/zebra/);
});

test('with a scale “large” and “small” are metres, “largest” still compares, and the meaning is told', () => {
  const { splats } = scene();
  const ask = (text: string, metresPerUnit: number) =>
    answer(readQuestion(text, lexicon), splats, { ...axes, metresPerUnit }, limits).instances.map(({ center }) =>
      Math.floor(center[0]),
    );
  // Red blocks of half a unit at 0 and of one and a half at 6.
  expect(ask('large red', 1)).toEqual([6]);
  expect(ask('large red', 3).toSorted()).toEqual([0, 6]);
  expect(ask('large red', 0.1)).toEqual([]);
  expect(ask('small red', 0.1).toSorted()).toEqual([0, 6]);
  expect(ask('largest red', 0.1)).toEqual([6]);
  expect(ask('tallest', 10)).toHaveLength(1);
  expect(metricMeanings(readQuestion('large red', lexicon))).toEqual(['“large” means a longest side of 1 m or more.']);
  expect(metricMeanings(readQuestion('largest red', lexicon))).toEqual([]);
});

test('with a scale “near” is within two metres of the first camera', () => {
  const { splats } = scene();
  const seen = (text: string, metresPerUnit: number | null) =>
    answer(
      readQuestion(text, lexicon),
      splats,
      { ...axes, eye: [0.25, -0.25, -1], metresPerUnit },
      limits,
    ).instances.map(({ center }) => Math.round(center[0]));
  expect(seen('near red', 1)).toEqual([0]);
  expect(seen('far red', 1)).toEqual([7]);
  // A hundred metres a unit: nothing is near.
  expect(seen('near red', 100)).toEqual([]);
});
