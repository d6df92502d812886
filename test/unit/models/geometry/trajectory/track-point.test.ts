// A click becomes a track: scored with the field's own figures on a rendered room, still and moving.

import { describe, expect, test } from 'vitest';
import { trackScores, type ScoredTrack, type TrackScores } from '../../../../../models/evaluate/tracks.ts';
import { seededRandom } from '../../../../../models/geometry/linear-algebra/random.ts';
import { trackPoint } from '../../../../../models/geometry/trajectory/track-point.ts';
import { projectPoint } from '../../../../../projects/format/intrinsics.ts';
import { inverse, length, subtract, transformPoint, type Vec3 } from '../../../../../projects/format/sim3.ts';
import { bricks, set } from '../../../../../projects/sample/materials.ts';
import { hash } from '../../../../../projects/sample/noise.ts';
import type { Material } from '../../../../../projects/sample/solid.ts';
import { arcCameras, boxRoom } from '../../../../../projects/sample/presets.ts';
import { SceneBuilder, type Scene } from '../../../../../projects/sample/scene.ts';
import { renderedPhotos, trackedWorld, type Noise, type TrackedWorld } from '../../../../support/track-views.ts';

const [widthPx, heightPx] = [240, 180];
const cameras = arcCameras(5, widthPx, heightPx, 45);
const room = boxRoom();
const photos = renderedPhotos(() => room, cameras);
const roomWith = (noise: Noise): TrackedWorld => trackedWorld(photos, cameras, noise);

/** A hundred clicks anywhere. `projected`: places by depth alone, without looking at the pictures. */
function scoresOf({ views, truth }: TrackedWorld, projected = false): TrackScores & { moving: number } {
  const random = seededRandom(8);
  const tracks: ScoredTrack[] = [];
  let moving = 0;
  for (let n = 0; n < 100; n++) {
    const queryFrameIdx = random.below(views.length);
    const x = 8.5 + random.below(widthPx - 16);
    const y = 8.5 + random.below(heightPx - 16);
    const track = trackPoint(views, queryFrameIdx, x, y);
    if (!track) continue;
    if (track.moving) moving++;
    const frames = truth(queryFrameIdx, x, y).map((there, i) => {
      const { worldFromCamera, intrinsics } = views[i];
      const pixel = projectPoint(intrinsics, transformPoint(inverse(worldFromCamera), track.pointInWorld));
      const { visible, xPx, yPx } = track.sights[i];
      const prediction = projected ? { xPx: pixel?.[0], yPx: pixel?.[1] } : { xPx, yPx };
      return { truth: there, prediction: { visible, xPx: prediction.xPx ?? -1e3, yPx: prediction.yPx ?? -1e3 } };
    });
    tracks.push({ queryFrameIdx, frames });
  }
  expect(tracks.length).toBeGreaterThan(95);
  return { ...trackScores(tracks, { widthPx, heightPx }), moving };
}

describe('a still point', () => {
  test('is found in all photos, and told visible or hidden, when poses and depths are right', () => {
    const scores = scoresOf(roomWith({ turn: 0, shift: 0, depth: 0 }));
    // Measured on 150 clicks in eight photos over 70°: OA 0.981, APD 0.977, AJ 0.932.
    expect(scores.occlusionAccuracy).toBeGreaterThan(0.95);
    expect(scores.averagePointsWithin).toBeGreaterThan(0.95);
    expect(scores.averageJaccard).toBeGreaterThan(0.9);
    expect(scores.moving).toBe(0);
  });

  test('is found better than its depth alone says when poses and depths are off', () => {
    const world = roomWith({ turn: 0.004, shift: 0.01, depth: 0.01 });
    const tracked = scoresOf(world);
    // Measured on 150 clicks in eight photos: OA 0.965, APD 0.878 (0.647 by depth alone), AJ 0.777 (0.560).
    expect(tracked.occlusionAccuracy).toBeGreaterThan(0.93);
    expect(tracked.averagePointsWithin).toBeGreaterThan(0.8);
    expect(tracked.averageJaccard).toBeGreaterThan(0.7);
    expect(tracked.averagePointsWithin).toBeGreaterThan(scoresOf(world, true).averagePointsWithin + 0.1);
  });

  test('can be asked for from any photo, and comes back to where it was', () => {
    const { views } = roomWith({ turn: 0, shift: 0, depth: 0 });
    const random = seededRandom(2);
    const distances: number[] = [];
    for (let n = 0; n < 40; n++) {
      const [x, y] = [40.5 + random.below(160), 40.5 + random.below(100)];
      const there = trackPoint(views, 1, x, y)?.sights[3];
      const back = trackPoint(views, 3, there?.xPx ?? 0, there?.yPx ?? 0)?.sights[1];
      if (there?.visible) distances.push(Math.hypot((back?.xPx ?? 0) - x, (back?.yPx ?? 0) - y));
    }
    expect(distances.length).toBeGreaterThan(20);
    // Two refinements, each of a few tenths of a pixel.
    expect(distances.toSorted((a, b) => a - b)[distances.length >> 1]).toBeLessThan(0.5);
  });
});

describe('a moving point', () => {
  const pace: Vec3 = [0.06, 0, 0];
  const motion = (i: number): Vec3 => [pace[0] * i, 0, 0];
  /** Nowhere alike: a thing that moves by one period of its pattern would look still. */
  const spots: Material = (at, out) => {
    const value = hash(Math.floor(30 * at.x + 100), Math.floor(30 * at.z + 100), 5);
    set(out, [value, 0.2 + 0.5 * value, 1 - value]);
  };
  const sceneAt = (i: number): Scene => {
    const scene = new SceneBuilder();
    scene.thing('wall', 'wall', 'red').box([-4, 3, -2], [4, 3.1, 4], bricks());
    scene.thing('box', 'box', 'blue', [-0.2 + motion(i)[0], 1, 0.7]).box([-0.35, -0.2, -0.3], [0.35, 0.2, 0.3], spots);
    return scene.finish({ sun: null, windows: [], lamps: [] }, [-10, -10, -10], [10, 10, 10]);
  };
  const slow = arcCameras(6, widthPx, heightPx, 8);
  const world = trackedWorld(renderedPhotos(sceneAt, slow), slow, { turn: 0, shift: 0, depth: 0.005 });

  test('is told from still ones and followed through the photos, with its places in space as a trail', () => {
    const tracks: ScoredTrack[] = [];
    const query = 2;
    for (const [x, y] of [
      [100.5, 95.5],
      [108.5, 105.5],
      [116.5, 98.5],
      [122.5, 108.5],
    ]) {
      const track = trackPoint(world.views, query, x, y);
      expect(track?.moving).toBe(true);
      const truth = world.truth(query, x, y, motion);
      const frames = truth.map((there, i) => {
        const { visible, xPx, yPx } = track?.sights[i] ?? { visible: false, xPx: null, yPx: null };
        return { truth: there, prediction: { visible, xPx: xPx ?? -1e3, yPx: yPx ?? -1e3 } };
      });
      tracks.push({ queryFrameIdx: query, frames });
      const places = track?.sights.map(({ pointInWorld }) => pointInWorld) ?? [];
      const [from, to] = [places[query], places[query + 2]];
      if (from && to) expect(length(subtract(subtract(to, from), [2 * pace[0], 0, 0]))).toBeLessThan(0.05);
    }
    const scores = trackScores(tracks, { widthPx, heightPx });
    expect(scores.averagePointsWithin).toBeGreaterThan(0.8);
    expect(scores.averageJaccard).toBeGreaterThan(0.7);
  });

  test('leaves the wall behind it still', () => {
    for (const x of [30.5, 210.5]) expect(trackPoint(world.views, 2, x, 45.5)?.moving).toBe(false);
  });
});

test('where a photo shows nothing there is no track', () => {
  const world = roomWith({ turn: 0, shift: 0, depth: 0 });
  expect(trackPoint(world.views, 0, -5, 10)).toBeNull();
});
