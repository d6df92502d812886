// A readout finds what features know, straight or bent, and nothing where they know nothing.
import { expect, test } from 'vitest';
import { Readout } from '../../../../../models/evaluate/feature-probe/readout.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';

const dim = 6;

/** n samples of random features, in units of their own, and two targets of each. */
function samples(n: number, seed: number, targetsOf: (x: number[]) => [number, number]) {
  const random = seededRandom(seed);
  const rows = Array.from({ length: n }, () => Array.from({ length: dim }, () => random.normal()));
  return {
    inputs: Float32Array.from(rows.flatMap((x) => x.map((value, k) => 100 * k + 10 ** (k - 2) * value))),
    targets: Float32Array.from(rows.flatMap((x) => targetsOf(x))),
  };
}

/** Mean squared error of both targets on samples that the fit has not seen, in shares of their variance. */
function unexplained(targetsOf: (x: number[]) => [number, number]): number[] {
  const known = samples(4000, 1, targetsOf);
  const unseen = samples(1000, 2, targetsOf);
  const read = Readout.fit(known.inputs, dim, known.targets, 2).apply(unseen.inputs);
  return [0, 1].map((k) => {
    const column = (values: Float32Array): Float32Array => values.filter((_, i) => i % 2 === k);
    const truth = column(unseen.targets);
    const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
    const error = column(read).reduce((sum, value, i) => sum + (value - truth[i]) ** 2, 0);
    return error / truth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  });
}

test('what is a sum of features is read out whole, whatever their units', () => {
  const [straight, shifted] = unexplained((x) => [x[0] - 2 * x[5], 7 + x[3]]);
  expect(straight).toBeLessThan(0.001);
  expect(shifted).toBeLessThan(0.001);
});

test('what hangs on features in a bent way is mostly read out', () => {
  const [product, distance] = unexplained((x) => [x[0] * x[1], Math.hypot(x[2], x[3])]);
  expect(product).toBeLessThan(0.25);
  expect(distance).toBeLessThan(0.1);
});

test('noise is not explained', () => {
  const random = seededRandom(3);
  const [noise] = unexplained(() => [random.normal(), random.normal()]);
  expect(noise).toBeGreaterThan(0.95);
});

test('the same samples give the same readout, and a feature that never changes does no harm', () => {
  const { inputs, targets } = samples(500, 4, (x) => [x[0], x[1]]);
  const still = inputs.map((value, i) => (i % dim === 2 ? 5 : value));
  const read = (): Float32Array => Readout.fit(still, dim, targets, 2).apply(still);
  expect(read()).toEqual(read());
  expect(read().every(Number.isFinite)).toBe(true);
});

test('features that are no numbers are refused', () => {
  expect(() => Readout.fit(new Float32Array(dim).fill(NaN), dim, new Float32Array(1), 1)).toThrow(/not finite/);
});
