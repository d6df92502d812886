// Small parts of the recurrent runner, each against numbers worked out by hand or by an independent formula.
import { describe, expect, test } from 'vitest';
import { compareTensor } from '../../../../models/run/compare.ts';
import { disagreement, poseOf, shownConfidence } from '../../../../models/run/recurrent/answers.ts';
import { focalByWeiszfeld } from '../../../../models/run/recurrent/focal.ts';
import { rayMap } from '../../../../models/run/recurrent/ray-map.ts';
import { ruleOf } from '../../../../models/run/recurrent/rules.ts';
import { mixed, type RuleInput } from '../../../../models/run/recurrent/update-rule.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';

describe('focal length by Weiszfeld', () => {
  const [width, height, focal] = [64, 48, 70];
  const scene = (outlier: (i: number) => boolean): Float32Array => {
    const points = new Float32Array(width * height * 3);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const z = 2 + 0.02 * x + 0.01 * y;
        const wrong = outlier(i) ? 0.4 : 1;
        points.set(
          [((x + 0.5 - width / 2) / focal) * z * wrong, ((y + 0.5 - height / 2) / focal) * z * wrong, z],
          3 * i,
        );
      }
    return points;
  };

  test('is exact on a clean plane', () => {
    expect(
      focalByWeiszfeld(
        scene(() => false),
        width,
        height,
      ),
    ).toBeCloseTo(focal, 3);
  });

  test('is within two per cent with a fifth of the points far too near the axis', () => {
    // Ten rounds, as in DUSt3R, have not quite converged at a fifth of gross outliers.
    expect(
      Math.abs(
        focalByWeiszfeld(
          scene((i) => i % 5 === 0),
          width,
          height,
        ) /
          focal -
          1,
      ),
    ).toBeLessThan(0.02);
  });

  test('falls back to a view of 60° when no point is usable', () => {
    expect(focalByWeiszfeld(new Float32Array(width * height * 3), width, height)).toBeCloseTo(
      32 / Math.tan(Math.PI / 6),
      6,
    );
  });
});

describe('ray maps', () => {
  const camera = pinhole(4, 2, 3);

  test('of the first camera have no origin, and normalised rays through whole pixels', () => {
    const rays = rayMap(identitySim3, camera);
    const i = 6 * (1 * 4 + 3);
    const direction = [(3 - 2) / 3, (1 - 1) / 3, 1];
    const norm = Math.hypot(...direction);
    expect([...rays.slice(i, i + 6)]).toEqual([0, 0, 0, ...direction.map((v) => Math.fround(v / norm))]);
  });

  test('keep the quirk of the training: the direction has the place of the camera in it', () => {
    const rays = rayMap({ ...identitySim3, translation: [5, 0, 0] }, camera);
    const i = 6 * (1 * 4 + 2);
    const norm = Math.hypot(5, 0, 1);
    expect([...rays.slice(i, i + 6)]).toEqual([5, 0, 0, Math.fround(5 / norm), 0, Math.fround(1 / norm)]);
  });
});

describe('answers', () => {
  test('give the pose with the real part first, and no disagreement when both estimates meet', () => {
    const half = Math.SQRT1_2;
    // A quarter turn about y at (1, 2, 3): (x, y, z) → (z, y, −x) + t.
    const pose = Float32Array.of(1, 2, 3, half, 0, half, 0);
    expect(poseOf({ pose }).rotation.map((v) => Math.fround(v))).toEqual([0, half, 0, half].map((v) => Math.fround(v)));
    const answer = {
      pose,
      pointsSelf: Float32Array.of(4, 5, 6, 0, 0, 2),
      pointsWorld: Float32Array.of(7, 7, -1, 3, 2, 4),
    };
    const errors = disagreement(answer as never);
    expect(errors[0]).toBeCloseTo(0, 5);
    expect(errors[1]).toBeCloseTo(0.5, 5);
  });

  test('show the official threshold 1.5 as one third', () => {
    expect([1, 1.5, 3, Infinity].map(shownConfidence)).toEqual([0, 1 / 3, 2 / 3, 1].map((v) => expect.closeTo(v, 12)));
  });
});

describe('update rules', () => {
  const input = (change: Partial<RuleInput> = {}): RuleInput => ({
    old: Float32Array.of(1, 1, 2, 2),
    proposed: Float32Array.of(3, 3, 4, 4),
    tokens: 2,
    channels: 2,
    first: false,
    gate: Float32Array.of(0.25, 1),
    affinity: Float32Array.of(1, 2),
    carried: null,
    ...change,
  });

  test('mix per token, and keep the numbers bit by bit at the ends', () => {
    const odd = input({ old: Float32Array.of(0.1, 0.2, 0.3, 0.4), proposed: Float32Array.of(1e-9, 7, 0.7, 1e9) });
    expect(mixed(odd, Float32Array.of(0, 1))).toEqual(Float32Array.of(0.1, 0.2, 0.7, 1e9));
    expect([...mixed(input(), Float32Array.of(0.25, 0.5))]).toEqual([1.5, 1.5, 3, 3]);
  });

  test('TTT3R takes the gate, but everything from a first photo', () => {
    expect([...ruleOf('ttt3r').apply(input()).shares]).toEqual([0.25, 1]);
    expect([...ruleOf('ttt3r').apply(input({ first: true })).shares]).toEqual([1, 1]);
  });

  test('MeMix keeps the tokens that agree most with the photo: 60 of 768', () => {
    const tokens = 768;
    const affinity = Float32Array.from({ length: tokens }, (_, i) => (i * 7919) % tokens);
    const { shares } = ruleOf('memix').apply(input({ tokens, affinity }));
    expect(shares.filter((share) => share === 0)).toHaveLength(60);
    affinity.forEach((score, i) => expect(shares[i]).toBe(score >= tokens - 60 ? 0 : 1));
  });

  test('FILT3R follows the scalar Kalman filter of its paper', () => {
    const rule = ruleOf('filt3r');
    const first = rule.apply(input({ first: true }));
    expect([...first.shares]).toEqual([1, 1]);
    const second = rule.apply(input({ carried: first.carried, proposed: Float32Array.of(3, 4, 4, 4) }));
    // P0 1.5, jumps of 1 at the start: relative jump 1, Q = 0.02 + 0.48·σ(20·(1 − 3)).
    const q = (relative: number): number => 0.02 + 0.48 / (1 + Math.exp(-20 * (relative - 3)));
    const p1 = 1.5 + q(1);
    const k1 = p1 / (p1 + 1);
    const after = (1 - k1) ** 2 * p1 + k1 ** 2;
    // Now the first token jumps by 1 and the second by 0, the mean is 0.5, its running mean 0.95·1 + 0.05·0.5.
    const average = 0.95 + 0.05 * 0.5;
    const gain = (jump: number): number => (after + q(jump / average)) / (after + q(jump / average) + 1);
    expect(second.shares[0]).toBeCloseTo(gain(1), 6);
    expect(second.shares[1]).toBeCloseTo(gain(0), 6);
  });

  test('a name that does not exist means the plain rule', () => {
    expect(ruleOf('nothing').id).toBe('plain');
  });
});

test('comparing finds the largest errors, and a NaN never agrees', () => {
  const tensor = (...values: number[]) =>
    ({ dtype: 'F32', shape: [values.length], data: Float32Array.from(values) }) as const;
  const tolerance = { absolute: 0.01, relative: 0.1 };
  const good = compareTensor('x', tensor(10.5, 0), tensor(10, 0), tolerance);
  expect(good).toMatchObject({ maxAbsolute: 0.5, maxRelative: 0.05, passed: true });
  expect(compareTensor('x', tensor(12, 0), tensor(10, 0), tolerance).passed).toBe(false);
  expect(compareTensor('x', tensor(NaN, 0), tensor(10, 0), tolerance).passed).toBe(false);
  expect(compareTensor('x', tensor(1, 0), tensor(NaN, 0), tolerance).passed).toBe(false);
  expect(compareTensor('x', tensor(1), tensor(1, 1), tolerance).passed).toBe(false);
});

test('each item has to agree by itself: large neighbours excuse nothing, and near zero the absolute tolerance holds', () => {
  const tensor = (...values: number[]) =>
    ({ dtype: 'F32', shape: [values.length], data: Float32Array.from(values) }) as const;
  const tolerance = { absolute: 1e-4, relative: 1e-3 };
  expect(compareTensor('x', tensor(100, 0.0502), tensor(100, 0.05), tolerance).passed).toBe(false);
  expect(compareTensor('x', tensor(100.09, 0.05009), tensor(100, 0.05), tolerance).passed).toBe(true);
  expect(compareTensor('x', tensor(5e-5), tensor(0), tolerance)).toMatchObject({ maxRelative: 0, passed: true });
  expect(compareTensor('x', tensor(2e-4), tensor(0), tolerance).passed).toBe(false);
});
