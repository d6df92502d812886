// Links between features: read out of the pairs, one by one or for a whole image, also after pairs were replaced and features cut.

import { describe, expect, test } from 'vitest';
import type { Keypoints } from '../../../../../models/geometry/features/features.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { featureKey, type FeatureKey } from '../../../../../models/geometry/map/feature-key.ts';
import { MatchGraph } from '../../../../../models/geometry/map/match-graph.ts';
import type { PairGeometry } from '../../../../../models/geometry/two-view/verify-pair.ts';

const featureCount = 40;
const blank: Keypoints = {
  ...{ widthPx: 640, heightPx: 480, count: featureCount, described: featureCount },
  xPx: new Float32Array(featureCount),
  yPx: new Float32Array(featureCount),
  scalePx: new Float32Array(featureCount),
  colors: new Uint8Array(3 * featureCount),
};
const pairOf = (...inliers: number[]): PairGeometry => ({
  inliers: Int32Array.from(inliers),
  fundamental: Float64Array.from({ length: 9 }, (_, k) => inliers.length + k),
  planarShare: 0.5,
});

function graphOf(images: number): MatchGraph {
  const graph = new MatchGraph();
  for (let i = 0; i < images; i++) graph.addImage(blank);
  return graph;
}

const lookedUp = (graph: MatchGraph, image: number, feature: number): FeatureKey[] => [
  ...graph.linksOf(image, feature),
];
function readOut(graph: MatchGraph, image: number, feature: number): FeatureKey[] {
  const { start, keys } = graph.linksOfImage(image);
  return [...keys.subarray(start[feature], start[feature + 1])];
}

describe('links', () => {
  test('lead to the partners of all pairs in the order of the pairs, looked up singly or read out', () => {
    const graph = graphOf(3);
    graph.addPair(0, 2, pairOf(5, 7, 6, 8));
    graph.addPair(1, 2, pairOf(30, 7, 2, 9));
    graph.addPair(0, 1, pairOf(5, 30));
    const expected = [featureKey(0, 5), featureKey(1, 30)];
    expect(lookedUp(graph, 2, 7)).toEqual(expected);
    expect(readOut(graph, 2, 7)).toEqual(expected);
    expect(lookedUp(graph, 2, 7)).toEqual(expected);
    expect(readOut(graph, 0, 5)).toEqual([featureKey(2, 7), featureKey(1, 30)]);
    expect(readOut(graph, 0, 0)).toEqual([]);
  });

  test('are the same however often and in whatever way one asks: three hundred random pairs of thirty images', () => {
    const random = seededRandom(3);
    const graph = graphOf(30);
    const links = new Map<FeatureKey, FeatureKey[]>();
    const note = (from: FeatureKey, to: FeatureKey): void => void links.set(from, [...(links.get(from) ?? []), to]);
    for (let b = 1; b < 30; b++)
      for (let a = Math.max(0, b - 12); a < b; a++) {
        const matches = Array.from({ length: 20 }, (_, k) => [2 * k + random.below(2), (7 * k + b) % featureCount]);
        graph.addPair(a, b, pairOf(...matches.flat()));
        for (const [i, j] of matches) {
          note(featureKey(a, i), featureKey(b, j));
          note(featureKey(b, j), featureKey(a, i));
        }
      }
    for (let round = 0; round < 3; round++)
      for (let image = 0; image < 30; image++)
        for (let feature = 0; feature < featureCount; feature++) {
          const expected = links.get(featureKey(image, feature)) ?? [];
          expect(lookedUp(graph, image, feature)).toEqual(expected);
          if (round === 1) expect(readOut(graph, image, feature)).toEqual(expected);
        }
  });

  test('of a pair that is replaced go, and those of the new one come last', () => {
    const graph = graphOf(3);
    graph.addPair(0, 1, pairOf(1, 1, 2, 2));
    graph.addPair(1, 2, pairOf(1, 4));
    expect(readOut(graph, 1, 1)).toEqual([featureKey(0, 1), featureKey(2, 4)]);
    graph.setPair(0, 1, pairOf(3, 1));
    expect(readOut(graph, 1, 1)).toEqual([featureKey(2, 4), featureKey(0, 3)]);
    expect(lookedUp(graph, 0, 2)).toEqual([]);
    expect(graph.pairs.map(({ aIdx, bIdx }) => [aIdx, bIdx])).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  test('of a feature that is cut go on both sides, its pairs stay, and what comes later counts', () => {
    const graph = graphOf(3);
    graph.addPair(0, 1, pairOf(1, 1, 2, 2));
    expect(readOut(graph, 0, 1)).toEqual([featureKey(1, 1)]);
    graph.cut(1, 1);
    for (const ask of [lookedUp, readOut]) {
      expect(ask(graph, 0, 1)).toEqual([]);
      expect(ask(graph, 1, 1)).toEqual([]);
      expect(ask(graph, 0, 2)).toEqual([featureKey(1, 2)]);
    }
    expect([...graph.pairs[0].inliers]).toEqual([1, 1, 2, 2]);
    graph.addPair(1, 2, pairOf(1, 9));
    expect(readOut(graph, 1, 1)).toEqual([featureKey(2, 9)]);
  });

  test('of features that an image gets later are there as well', () => {
    const graph = graphOf(2);
    graph.addPair(0, 1, pairOf(1, 1));
    expect(readOut(graph, 1, 1)).toHaveLength(1);
    const count = featureCount + 2;
    graph.growImage(1, { ...blank, count, xPx: new Float32Array(count), yPx: new Float32Array(count) });
    expect(graph.images[1]).toMatchObject({ count, described: featureCount });
    expect(readOut(graph, 1, count - 1)).toEqual([]);
  });
});

test('pairs keep what they were added with, side by side in long arrays', () => {
  const graph = graphOf(40);
  for (let b = 1; b < 40; b++) graph.addPair(b - 1, b, pairOf(b, b, 65535, 0));
  graph.pairs.forEach(({ inliers, fundamental, planarShare }, k) => {
    expect([...inliers]).toEqual([k + 1, k + 1, 65535, 0]);
    expect([...fundamental]).toEqual(Array.from({ length: 9 }, (_, i) => 4 + i));
    expect(planarShare).toBe(0.5);
  });
  expect(new Set(graph.pairs.map(({ inliers }) => inliers.buffer)).size).toBe(1);
});
