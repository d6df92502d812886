// Parts of the pairwise runner, each against numbers known beforehand.
import { describe, expect, test } from 'vitest';
import type { AlignedPhoto, PairEdge } from '../../../../models/run/pairwise/alignment-terms.ts';
import { alignPhotos } from '../../../../models/run/pairwise/global-alignment.ts';
import { choosePartners } from '../../../../models/run/pairwise/partners.ts';
import { sampleGrid, samplesOf } from '../../../../models/run/pairwise/samples.ts';
import { robustSimilarity, weightedSimilarity } from '../../../../models/run/pairwise/similarity.ts';
import {
  angleBetween,
  compose,
  identitySim3,
  inverse,
  normalizedQuaternion,
  transformPoint,
  type Sim3,
  type Vec3,
} from '../../../../projects/format/sim3.ts';
import { randomStream } from '../../../../projects/sample/noise.ts';

const points = (count: number, random: () => number): Vec3[] =>
  Array.from({ length: count }, () => {
    const z = 2 + 3 * random();
    return [(random() - 0.5) * z, (random() - 0.5) * z, z];
  });

describe('similarity of weighted pairs', () => {
  const truth: Sim3 = {
    rotation: normalizedQuaternion([0.3, -0.2, 0.5, 0.8]),
    translation: [4, -1, 2],
    scale: 2.5,
  };
  const pairsWith = (wrongEvery: number, weightOfWrong: number) => {
    const source = points(60, randomStream(3));
    const wrong = (i: number): boolean => i % wrongEvery === 0;
    return {
      source: Float64Array.from(source.flat()),
      target: Float64Array.from(source.flatMap((p, i) => (wrong(i) ? [9, 9, 9] : transformPoint(truth, p)))),
      weights: Float64Array.from(source, (_, i) => (wrong(i) ? weightOfWrong : 1)),
    };
  };

  test('is exact, and pairs without weight do not count', () => {
    const found = weightedSimilarity(pairsWith(4, 0));
    expect(found?.scale).toBeCloseTo(truth.scale, 10);
    expect(angleBetween(found?.rotation ?? [0, 0, 0, 1], truth.rotation)).toBeLessThan(1e-7);
    found?.translation.forEach((value, k) => expect(value).toBeCloseTo(truth.translation[k], 9));
  });

  test('withstands a sixth of gross outliers when it is robust', () => {
    const pairs = pairsWith(6, 1);
    const error = (found: Sim3 | null): number => Math.abs((found?.scale ?? 0) - truth.scale);
    expect(error(weightedSimilarity(pairs))).toBeGreaterThan(0.1);
    expect(error(robustSimilarity(pairs))).toBeLessThan(0.02);
  });

  test('is null for too few pairs, for points that coincide, and for numbers that are none', () => {
    const all = (value: number, weight = 1) => ({
      source: new Float64Array(12).fill(value),
      target: new Float64Array(12).fill(value),
      weights: new Float64Array(4).fill(weight),
    });
    for (const pairs of [all(1, 0), all(1), all(NaN)]) expect(robustSimilarity(pairs)).toBeNull();
  });
});

test('samples lie on a regular grid, weighted by the logarithm of confidence; points that are none have no weight', () => {
  const grid = sampleGrid(512, 384);
  expect(grid.length).toBeGreaterThan(300);
  expect(grid.length).toBeLessThan(500);
  expect([...sampleGrid(2, 1)]).toEqual([0, 1]);
  const samples = samplesOf(Float32Array.of(1, 2, 3, NaN, 0, 0), Float32Array.of(Math.E, 7), sampleGrid(2, 1));
  expect([...samples]).toEqual([1, 2, 3, expect.closeTo(1, 6), 0, 0, 0, 0]);
});

test('partners are the last two photos and the two most alike among the others', () => {
  const at = (angle: number): Float32Array => Float32Array.of(Math.cos(angle), Math.sin(angle));
  const earlier = [0.1, 1.5, 0.2, 1.4, 3, 2.9].map((angle, idx) => ({ idx, descriptor: at(angle) }));
  expect(choosePartners(at(0), earlier)).toEqual([5, 4, 2, 0]);
  expect(choosePartners(at(0), earlier.slice(0, 1))).toEqual([0]);
});

describe('global alignment', () => {
  const count = 16;
  const random = randomStream(5);
  const truth = Array.from({ length: count }, (_, i): Sim3 => {
    const angle = (2 * Math.PI * i) / count;
    return {
      rotation: normalizedQuaternion([0, Math.sin(angle / 2), 0, Math.cos(angle / 2)]),
      translation: [5 * Math.sin(angle), 0, 5 * Math.cos(angle)],
      scale: 1,
    };
  });
  const clouds = truth.map(() => points(80, random));
  const samplesFrom = (cloud: readonly Vec3[]): Float32Array => Float32Array.from(cloud.flatMap((p) => [...p, 1.5]));
  const pair = (firstIdx: number, secondIdx: number): PairEdge => {
    const unit: Sim3 = { ...identitySim3, scale: 0.5 + random() };
    const firstFromSecond = compose(unit, compose(inverse(truth[firstIdx]), truth[secondIdx]));
    return {
      firstIdx,
      secondIdx,
      first: samplesFrom(clouds[firstIdx].map((p) => transformPoint(unit, p))),
      second: samplesFrom(clouds[secondIdx].map((p) => transformPoint(firstFromSecond, p))),
    };
  };
  const ring = truth.flatMap((_, i) => [pair(i, (i + 1) % count), pair((i + 1) % count, i)]);
  const step: Sim3 = {
    rotation: normalizedQuaternion([0.01, 0.02, -0.01, 1]),
    translation: [0.05, 0, 0.02],
    scale: 1.02,
  };
  let drift = identitySim3;
  const drifted = truth.map((pose, i): AlignedPhoto => {
    const photo = { worldFromCamera: compose(drift, pose), samples: samplesFrom(clouds[i]) };
    drift = compose(drift, step);
    return photo;
  });

  test('closes a ring of photos that has drifted apart by a third in scale and forty degrees', () => {
    const { photos, before, after } = alignPhotos(drifted, ring, new Set([0]), 12, null);
    expect(before).toBeGreaterThan(0.005);
    // What the smooth norm counts for a distance of zero is 1e-3.
    expect(after).toBeLessThan(1.01e-3);
    photos.forEach(({ worldFromCamera }, i) => {
      expect(angleBetween(worldFromCamera.rotation, truth[i].rotation)).toBeLessThan(1e-3);
      expect(worldFromCamera.scale).toBeCloseTo(1, 3);
      worldFromCamera.translation.forEach((value, k) => expect(value).toBeCloseTo(truth[i].translation[k], 2));
    });
    expect(photos[0].worldFromCamera).toBe(drifted[0].worldFromCamera);
  });

  test('never makes it worse, and leaves alone what no pair holds', () => {
    const right = truth.map((worldFromCamera, i): AlignedPhoto => ({ worldFromCamera, samples: drifted[i].samples }));
    const { before, after } = alignPhotos(right, ring, new Set([0]), 3, null);
    expect(after).toBeLessThanOrEqual(before);
    const alone = alignPhotos(drifted, ring.slice(0, 2), new Set([0]), 3, null);
    expect(alone.photos[5].worldFromCamera.translation).toEqual(drifted[5].worldFromCamera.translation);
  });
});
