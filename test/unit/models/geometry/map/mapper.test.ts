// The incremental mapper on made-up matches: features are the projections of known points, descriptors are not needed.

import { describe, expect, test } from 'vitest';
import { similarityBetween } from '../../../../../models/geometry/align.ts';
import { voteOnFocals } from '../../../../../models/geometry/map/focal-vote.ts';
import { Mapper } from '../../../../../models/geometry/map/mapper.ts';
import { MatchGraph } from '../../../../../models/geometry/map/match-graph.ts';
import { centerOfPose, SceneMap, type MapCamera } from '../../../../../models/geometry/map/scene-map.ts';
import { verifyPair } from '../../../../../models/geometry/two-view/verify-pair.ts';
import { transformPoint } from '../../../../../projects/format/sim3.ts';
import { centerOf, syntheticScene, type SyntheticOptions } from '../../../../support/synthetic-scene.ts';

/** Graph of a made-up scene: a wrong observation is a wrong match in all its pairs. */
function graphOf(options: SyntheticOptions) {
  const scene = syntheticScene(options);
  const graph = new MatchGraph();
  const featureOf = scene.cameras.map((_, cameraIdx) => {
    const seen = scene.observations.filter((o) => o.cameraIdx === cameraIdx);
    graph.addImage({
      widthPx: scene.intrinsics.widthPx,
      heightPx: scene.intrinsics.heightPx,
      count: seen.length,
      xPx: Float32Array.from(seen, (o) => o.xPx),
      yPx: Float32Array.from(seen, (o) => o.yPx),
      scalePx: new Float32Array(seen.length).fill(2),
      described: seen.length,
      colors: new Uint8Array(3 * seen.length),
    });
    return new Map(seen.map((o, i) => [o.pointIdx, i]));
  });
  for (let b = 0; b < scene.cameras.length; b++) {
    for (let a = 0; a < b; a++) {
      const matches = [...featureOf[a]].flatMap(([point, i]) => {
        const j = featureOf[b].get(point);
        return j === undefined ? [] : [i, j];
      });
      const pair = verifyPair(graph.images[a], graph.images[b], Int32Array.from(matches));
      if (pair) graph.addPair(a, b, pair);
    }
  }
  return { scene, graph };
}

const guess = (): MapCamera => ({
  widthPx: 640,
  heightPx: 480,
  focalPx: 768,
  k1: 0,
  k2: 0,
  priorFocalPx: 768,
  priorSpread: 0.5,
});

function errorAgainst(scene: ReturnType<typeof syntheticScene>, map: SceneMap): number {
  const images = [...map.poses.keys()];
  const made = images.map((image) => centerOfPose(map.poses.get(image) as Parameters<typeof centerOfPose>[0]));
  const truth = images.map((image) => centerOf(scene.cameras[image]));
  const truthFromMade = similarityBetween(made, truth);
  if (!truthFromMade) return Infinity;
  return Math.max(
    ...made.map((center, i) => {
      const p = transformPoint(truthFromMade, center);
      return Math.hypot(p[0] - truth[i][0], p[1] - truth[i][1], p[2] - truth[i][2]);
    }),
  );
}

describe('mapping', () => {
  test('all pairs together vote for the true focal length', () => {
    const { graph } = graphOf({ cameraCount: 7, pointCount: 250, noisePx: 0.5, arc: 1.4 });
    const camera = guess();
    voteOnFocals(
      graph,
      [camera],
      Array.from({ length: 7 }, () => 0),
      graph.pairs,
    );
    // The grid's step is 6.5 %; noise of half a pixel moves the minimum by about as much.
    expect(Math.abs(camera.focalPx / 560 - 1)).toBeLessThan(0.08);
    expect(camera.priorSpread).toBeLessThan(0.5);
  });

  test('eight photos with wrong matches and an unknown lens come out where they were taken', () => {
    const bent = { widthPx: 640, heightPx: 480, fxPx: 560, fyPx: 560, cxPx: 320, cyPx: 240, k1: -0.08, k2: 0 };
    const { scene, graph } = graphOf({
      cameraCount: 8,
      pointCount: 300,
      noisePx: 0.5,
      outlierShare: 0.1,
      arc: 1.2,
      intrinsics: bent,
    });
    const map = new SceneMap(
      graph,
      [guess()],
      Array.from({ length: 8 }, () => 0),
    );
    const mapper = new Mapper(map);
    expect(mapper.start(graph.pairs, 0.05)).toBe(true);
    mapper.grow(() => [...Array(8).keys()].filter((image) => !map.poses.has(image)));
    mapper.adjustAll(30, 2);
    expect(map.poses.size).toBe(8);
    expect(map.points.size).toBeGreaterThan(200);
    // Cameras stand 6 away: half a pixel of 560 is 5 mm there; over 200 points it averages out, the lens costs some again.
    expect(errorAgainst(scene, map)).toBeLessThan(0.02);
    expect(Math.abs(map.cameras[0].focalPx / 560 - 1)).toBeLessThan(0.02);
  });

  test('photos of a flat wall come out where they were taken', () => {
    const { scene, graph } = graphOf({ cameraCount: 6, pointCount: 250, noisePx: 0.5, arc: 1, planar: true });
    const lens = { ...guess(), focalPx: 560, priorFocalPx: 560, priorSpread: 0.1 };
    const map = new SceneMap(
      graph,
      [lens],
      Array.from({ length: 6 }, () => 0),
    );
    const mapper = new Mapper(map);
    expect(mapper.start(graph.pairs, 0.05)).toBe(true);
    mapper.grow(() => [...Array(6).keys()].filter((image) => !map.poses.has(image)));
    mapper.adjustAll(30, 2);
    expect(map.poses.size).toBe(6);
    // A plane leaves the lens softer than a cloud does: cameras 6 away come out within one part in a hundred.
    expect(errorAgainst(scene, map)).toBeLessThan(0.06);
  });

  test('two photos from one place begin no map', () => {
    const { graph } = graphOf({ cameraCount: 2, arc: 0, pointCount: 150, noisePx: 0.3 });
    const centred = graphOf({ cameraCount: 1, pointCount: 150 }).graph;
    expect(graph.images[0].count).toBeGreaterThan(100);
    centred.addImage(centred.images[0]);
    const same = Int32Array.from({ length: 2 * centred.images[0].count }, (_, k) => k >> 1);
    const pair = verifyPair(centred.images[0], centred.images[0], same);
    if (!pair) throw new Error('identical photos match');
    centred.addPair(0, 1, pair);
    expect(pair.planarShare).toBeGreaterThan(0.9);
    expect(new Mapper(new SceneMap(centred, [guess()], [0, 0])).start(centred.pairs, 0.02)).toBe(false);
  });

  test('a photo that is taken out leaves no trace', () => {
    const { graph } = graphOf({ cameraCount: 4, pointCount: 120, noisePx: 0.3 });
    const map = new SceneMap(graph, [guess()], [0, 0, 0, 0]);
    const mapper = new Mapper(map);
    expect(mapper.start(graph.pairs, 0.02)).toBe(true);
    const next = mapper.nextBest([0, 1, 2, 3].filter((image) => !map.poses.has(image)))?.image ?? -1;
    expect(mapper.add(next)).toBe(true);
    map.remove(next);
    expect(map.poses.has(next)).toBe(false);
    expect(map.observedBy(next)).toBe(0);
    for (const { track } of map.points.values()) {
      expect(track.length).toBeGreaterThanOrEqual(2);
      expect(track.some((key) => Math.floor(key / 65536) === next)).toBe(false);
    }
  });
});
