// Measures on the screen: where lines and labels stand, and what is left out.
import { expect, test } from 'vitest';
import type { Measure } from '../../../../../projects/format/measures.ts';
import type { Vec3 } from '../../../../../projects/format/sim3.ts';
import { answerLines, measureLines, pickedLines, readable } from '../../../../../renderer/ui/viewport/measure-lines.ts';

/** A view from the front: x to the right, z up, a hundred pixels a unit; y < 0 is behind the eye. */
const at = ([x, y, z]: Vec3): { x: number; y: number } | null => (y < 0 ? null : { x: 100 * x, y: 500 - 100 * z });
const up: Vec3 = [0, 0, 1];
const length = { kind: 'length', value: 2, sigma: 0.05, isMetric: true, name: 'length' } as const;
const shown = (kind: 'distance' | 'height' | 'area', points: Vec3[]) => ({
  measure: { id: kind, name: kind, kind, anchors: [] } as Measure,
  value: { quantities: [length] as [typeof length], points },
});

test('a distance is a line with dots and its number half way', () => {
  const [line] = measureLines(
    shown('distance', [
      [0, 1, 0],
      [2, 1, 1],
    ]),
    true,
    up,
    at,
  );
  expect(line).toMatchObject({
    points: [
      [0, 500],
      [200, 400],
    ],
    dots: true,
    role: 'chosen',
    label: '2.00 m ± 0.10',
    at: [100, 450],
  });
});

test('a height goes straight up from the lower place', () => {
  const [rise, over] = measureLines(
    shown('height', [
      [3, 1, 2],
      [1, 1, 0],
    ]),
    false,
    up,
    at,
  );
  expect(rise.points).toEqual([
    [100, 500],
    [100, 300],
  ]);
  expect(over).toMatchObject({
    role: 'help',
    points: [
      [100, 300],
      [300, 300],
    ],
  });
});

test('what is behind the eye is not drawn', () => {
  expect(
    measureLines(
      shown('distance', [
        [0, 1, 0],
        [2, -1, 1],
      ]),
      true,
      up,
      at,
    ),
  ).toEqual([]);
  expect(pickedLines('distance', [{ pointInWorld: [0, -1, 0], precision: 0 }], at)).toEqual([]);
});

test('an answer draws boxes edge by edge, and arrows with heads', () => {
  const corners = Array.from({ length: 8 }, (_, i): Vec3 => [i & 1, 1 + ((i >> 1) & 1), (i >> 2) & 1]);
  const box = answerLines([{ kind: 'box', points: corners, label: 'red', role: 'thing' }], at);
  expect(box).toHaveLength(13);
  expect(box.at(-1)).toMatchObject({ label: 'red', at: [0, 386] });
  const arrow = answerLines(
    [
      {
        kind: 'arrow',
        points: [
          [0, 1, 0],
          [1, 1, 0],
        ],
        label: '1',
        role: 'answer',
      },
    ],
    at,
  );
  expect(arrow[1].points[1]).toEqual([100, 500]);
});

test('of labels on top of each other the answer keeps its own; those apart all stay', () => {
  const one = measureLines(
    shown('distance', [
      [0, 1, 0],
      [2, 1, 0],
    ]),
    false,
    up,
    at,
  );
  const far = measureLines(
    shown('distance', [
      [0, 1, 3],
      [2, 1, 3],
    ]),
    false,
    up,
    at,
  );
  const answer = answerLines(
    [
      {
        kind: 'line',
        points: [
          [0, 1, 0.1],
          [2, 1, 0.1],
        ],
        label: '2 m',
        role: 'answer',
      },
    ],
    at,
  );
  expect(readable([...one, ...far, ...answer]).map(({ label }) => label)).toEqual(['', '2.00 m ± 0.10', '2 m']);
});
