// Measures on bodies whose sizes are known; the errors they state are those that random errors of the places make.
import { describe, expect, test } from 'vitest';
import { foldEdits, type Edit } from '../../../../projects/format/edits.ts';
import { metresOf } from '../../../../projects/format/length-text.ts';
import {
  polygonArea,
  sigmaOf,
  valueOf,
  type Measure,
  type PointMeasureKind,
} from '../../../../projects/format/measures.ts';
import { errorOf, formatQuantity, inMetres, type Scale } from '../../../../projects/format/quantity.ts';
import { identitySim3, inverse, transformPoint, type Sim3, type Vec3 } from '../../../../projects/format/sim3.ts';

const up: Vec3 = [0, 0, 1];
const pose: Sim3 = { rotation: [0.5, 0.5, -0.5, 0.5], translation: [3, -1, 2], scale: 2 };
const poseOf = (id: string): Sim3 | null => (id === 'f' ? pose : null);
const scale: Scale = { metresPerUnit: 0.5, relativeSigma: 0.02, source: { kind: 'length', metres: 1 } };

const measureOf = (kind: PointMeasureKind, points: readonly Vec3[], sigmaInWorld = 0): Measure => ({
  id: 'm',
  name: 'one',
  kind,
  anchors: points.map((point) => ({
    frameId: 'f',
    pointInCamera: transformPoint(inverse(pose), point),
    sigma: sigmaInWorld / pose.scale,
    views: 3,
  })),
});
const first = (measure: Measure, known: Scale | null = null) => valueOf(measure, poseOf, up, known)!.quantities[0];

describe('a measure', () => {
  test.each<[PointMeasureKind, Vec3[], number]>([
    [
      'distance',
      [
        [0, 0, 0],
        [3, 4, 12],
      ],
      13,
    ],
    [
      'polyline',
      [
        [0, 0, 0],
        [3, 4, 0],
        [3, 4, 2],
      ],
      7,
    ],
    [
      'height',
      [
        [0, 5, 1],
        [9, 0, 3.5],
      ],
      2.5,
    ],
    [
      'angle',
      [
        [2, 0, 0],
        [0, 0, 0],
        [0, 0, 7],
      ],
      90,
    ],
    [
      'area',
      [
        [0, 0, 1],
        [4, 0, 1],
        [4, 3, 1],
        [0, 3, 1],
      ],
      12,
    ],
    ['point', [[7, 8, 9]], 7],
  ])('of the kind %s says what it is', (kind, points, truth) => {
    expect(first(measureOf(kind, points)).value).toBeCloseTo(truth, 9);
  });

  test('is in metres once there is a scale, areas by its square, angles not at all', () => {
    const corners: Vec3[] = [
      [0, 0, 0],
      [4, 0, 0],
      [4, 3, 0],
      [0, 3, 0],
    ];
    expect(first(measureOf('area', corners), scale)).toMatchObject({ value: 3, isMetric: true });
    expect(first(measureOf('distance', corners.slice(0, 2)), scale)).toMatchObject({ value: 2, isMetric: true });
    expect(first(measureOf('angle', corners.slice(0, 3)), scale)).toMatchObject({ value: 90, isMetric: false });
  });

  test('follows its frame, and is not there in a run without it', () => {
    const measure = measureOf('distance', [
      [0, 0, 0],
      [1, 0, 0],
    ]);
    const grown = { ...pose, scale: 6 };
    expect(valueOf(measure, () => grown, up, null)!.quantities[0].value).toBeCloseTo(3, 9);
    expect(valueOf(measure, () => null, up, null)).toBeNull();
  });

  test('of a box gives its edges and its corners', () => {
    const box = { frameId: 'f', cameraFromBox: { ...identitySim3, scale: 0.5 }, halfSize: [1, 2, 0.5] as Vec3 };
    const value = valueOf({ id: 'm', name: 'box', kind: 'box', box, sigma: 0.1 }, poseOf, up, scale)!;
    expect(value.quantities.map(({ value: edge }) => edge)).toEqual([2, 1, 2, 0.5]);
    expect(value.points).toHaveLength(8);
    // 0.1 units of the edges, and two percent of the scale.
    expect(value.quantities[0].sigma).toBeCloseTo(Math.hypot(0.05, 0.04), 9);
  });
});

test('the area of a polygon is that of its plane, whichever way it is turned or bent in', () => {
  const dent: Vec3[] = [
    [0, 0, 0],
    [2, 0, 0],
    [2, 2, 0],
    [1, 1, 0],
    [0, 2, 0],
  ];
  expect(polygonArea(dent)).toBeCloseTo(3, 9);
  expect(polygonArea(dent.map((p) => transformPoint(pose, p)))).toBeCloseTo(3 * 4, 9);
});

test('the stated error is the spread that random errors of the places cause', () => {
  // A fixed little generator (Park and Miller) and the sum of twelve: nearly normal, the same on every machine.
  let seed = 7;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const normal = (): number => Array.from({ length: 12 }, random).reduce((a, b) => a + b, -6);
  const points: Vec3[] = [
    [0, 0, 0],
    [3, 0, 0],
    [3, 2, 0.2],
  ];
  for (const kind of ['polyline', 'area', 'angle'] as const) {
    const values = Array.from({ length: 3000 }, () => {
      const moved = points.map((p) => p.map((x) => x + 0.02 * normal()) as unknown as Vec3);
      return first(measureOf(kind, moved)).value;
    });
    const mean = values.reduce((a, b) => a + b) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const stated = first(measureOf(kind, points, 0.02)).sigma!;
    // 3,000 draws tell a standard deviation to 1.3 %.
    expect(stated / spread).toBeGreaterThan(0.95);
    expect(stated / spread).toBeLessThan(1.05);
  }
  expect(sigmaOf(([p]) => p[0], [[1, 2, 3]], [0])).toBe(0);
});

test.each([
  [1.4236, 0.024, '1.42 m ± 0.05'],
  [0.8734, 0.004, '87.3 cm ± 0.8'],
  [0.0042, 0.0005, '4.2 mm ± 1.0'],
  [12.34, null, '12.3 m'],
])('%d m with σ %s is written “%s”', (value, sigma, text) => {
  expect(formatQuantity({ kind: 'length', value, sigma, isMetric: true })).toBe(text);
});

test('without a scale lengths are units, and the error is two standard deviations', () => {
  const quantity = inMetres('length', 3.14159, 0.05, null);
  expect(errorOf(quantity)).toBeCloseTo(0.1, 9);
  expect(formatQuantity(quantity)).toBe('3.14 units ± 0.10');
});

test.each([
  ['80 cm', 0.8],
  ['1,25m', 1.25],
  ['10 ft', 3.048],
  ['2', 2],
  ['12 parsec', null],
  ['-3 m', null],
  ['m', null],
])('“%s” is %s metres', (text, metres) => {
  expect(metresOf(text)).toBe(metres);
});

test('edits of measures and scale fold, the scale only for its own run', () => {
  const measure = measureOf('distance', [
    [0, 0, 0],
    [1, 0, 0],
  ]);
  const edits: Edit[] = [
    { kind: 'measure-added', measure },
    { kind: 'measure-renamed', measureId: 'm', name: 'table' },
    { kind: 'scale-set', metresPerUnit: 2, relativeSigma: 0.01, source: { kind: 'typed' }, runId: 'r1' },
  ];
  const records = edits.map((edit, seq) => ({ id: `e${seq}`, seq, createdAtMs: 0, undone: false, edit }));
  expect(foldEdits(records, 'r1').measures.map(({ name }) => name)).toEqual(['table']);
  expect(foldEdits(records, 'r1').scale?.metresPerUnit).toBe(2);
  expect(foldEdits(records, 'r2').scale).toBeNull();
  const last = { id: 'e3', seq: 3, createdAtMs: 0, undone: false };
  expect(foldEdits([...records, { ...last, edit: { kind: 'measures-deleted', measureIds: ['m'] } }]).measures).toEqual(
    [],
  );
  expect(foldEdits([...records, { ...last, edit: { kind: 'scale-cleared' } }], 'r1').scale).toBeNull();
});
