// Pieces of a scene: apart while nothing connects them, one as soon as something does.

import { describe, expect, test } from 'vitest';
import { similarityBetween } from '../../../../../models/geometry/align.ts';
import { MatchGraph } from '../../../../../models/geometry/map/match-graph.ts';
import { centerOfPose } from '../../../../../models/geometry/map/scene-map.ts';
import { Growth } from '../../../../../models/geometry/run/growth.ts';
import { restoreGrowth, saveGrowth } from '../../../../../models/geometry/run/saved-state.ts';
import { transformPoint, type Vec3 } from '../../../../../projects/format/sim3.ts';
import { Facade, facadeLens } from '../../../../support/facade.ts';

const facade = new Facade(13);
const long = new Facade(24);
const leftEnd = [0, 1, 2, 3];
const rightEnd = [9, 10, 11, 12];
const middle = [4, 8, 5, 7, 6];

/** A run over some photos of the front, as the method drives it. */
class FacadeRun {
  readonly photos: number[] = [];
  readonly growth = new Growth(new MatchGraph());
  private readonly facade: Facade;

  constructor(of = facade) {
    this.facade = of;
  }

  show(...photos: readonly number[]): void {
    for (const photo of photos) {
      const imageIdx = this.facade.addTo(this.growth.graph, this.photos, photo);
      this.photos.push(photo);
      this.growth.add(imageIdx, facadeLens);
    }
  }

  /** The closing work without depth. */
  close(): void {
    const { growth } = this;
    growth.secondOpinion();
    while (growth.beginFurtherMap());
    growth.join();
    for (const mapper of growth.maps) growth.finish(mapper);
  }

  get sizes(): number[] {
    return this.growth.maps.map(({ map }) => map.poses.size);
  }

  /** Centres by photo in the world of one map. */
  centers(mapIdx: number): Map<number, Vec3> {
    return new Map([...this.growth.maps[mapIdx].map.poses].map(([i, pose]) => [this.photos[i], centerOfPose(pose)]));
  }

  /** Largest distance to the truth in metres after the best similarity. */
  worstError(mapIdx = 0): number {
    const centers = this.centers(mapIdx);
    const truth = [...centers.keys()].map((photo) => this.facade.centerOf(photo));
    const truthFromMap = similarityBetween([...centers.values()], truth);
    if (!truthFromMap) return Infinity;
    const moved = [...centers.values()].map((center) => transformPoint(truthFromMap, center));
    return Math.max(...moved.map((p, i) => Math.hypot(...p.map((value, k) => value - truth[i][k]))));
  }
}

// Half a pixel of 560 at five metres is 4 mm; twelve metres of wall add some drift from photo to photo.
const farOff = 0.06;

describe('a slow walk', () => {
  // About 0.2 m at five metres are 2.4°: the first two photos are a poor start, the first and the third a good one.
  const slow = new Facade(4, 0.18);

  test('is shown from its second photo on, and gives way to the first good start', () => {
    const run = new FacadeRun(slow);
    run.show(0, 1);
    expect(run.sizes).toEqual([2]);
    expect(run.growth.maps[0].isTentative).toBe(true);
    const given = run.growth.maps[0];
    expect(run.growth.takeSuperseded().size).toBe(0);
    run.show(2);
    expect(run.sizes).toEqual([3]);
    expect(run.growth.maps[0]).not.toBe(given);
    expect(run.growth.maps[0].isTentative).toBe(false);
    // Whoever has shown points of the first map shows these photos anew, once.
    expect([...run.growth.takeSuperseded()]).toEqual([0, 1]);
    expect(run.growth.takeSuperseded().size).toBe(0);
    run.show(3);
    run.close();
    expect(run.sizes).toEqual([4]);
    expect(run.worstError()).toBeLessThan(0.02);
  });

  test('that ends before a good start is built as if nothing had been shown', () => {
    const run = new FacadeRun(slow);
    run.show(0, 1);
    run.close();
    expect(run.sizes).toEqual([2]);
    expect(run.growth.maps[0].isTentative).toBe(false);
    expect([...run.growth.takeSuperseded()]).toEqual([0, 1]);
  });

  test('goes on from a saved state in which its start was tentative', () => {
    const straight = new FacadeRun(slow);
    straight.show(0, 1);
    const loaded = new FacadeRun(slow);
    loaded.photos.push(0, 1);
    for (const image of straight.growth.graph.images) loaded.growth.graph.addImage(image);
    const { tensors, facts } = structuredClone(saveGrowth(straight.growth));
    restoreGrowth(loaded.growth, tensors, facts);
    straight.show(2);
    loaded.show(2);
    expect(loaded.growth.maps[0].isTentative).toBe(false);
    expect(saveGrowth(loaded.growth)).toEqual(saveGrowth(straight.growth));
  });
});

describe('pieces of a scene', () => {
  test('two ends of a building first, the middle last: two pieces, then one scene with the true poses', () => {
    const run = new FacadeRun();
    run.show(...leftEnd, ...rightEnd);
    run.close();
    expect(run.sizes).toEqual([4, 4]);
    expect(run.worstError(0)).toBeLessThan(farOff);
    expect(run.worstError(1)).toBeLessThan(farOff);
    const [before, aside] = [run.centers(0), run.centers(1)];
    // Until they join they stand side by side, so that one sees two.
    const right = Math.max(...[...before.values()].map(([x]) => x));
    expect(Math.min(...[...aside.values()].map(([x]) => x))).toBeGreaterThan(right);
    expect(run.growth.takeMoved()).toEqual([]);

    run.show(...middle);
    expect(run.sizes).toEqual([13]);
    const [moved, ...further] = run.growth.takeMoved();
    expect(further).toEqual([]);
    // One end came to the other: its old points, in their own unit, have to fit the new poses.
    const images = moved.images.map((i) => run.photos[i]);
    const stayed = images.includes(0) ? aside : before;
    const left = images.includes(0) ? before : aside;
    const gap = (of: Map<number, Vec3>, a: number, b: number): number =>
      Math.hypot(...(of.get(a) ?? [NaN]).map((value, k) => value - (of.get(b)?.[k] ?? NaN)));
    expect(gap(run.centers(0), images[0], images[3]) / (moved.scale * gap(left, images[0], images[3]))).toBeCloseTo(
      1,
      1,
    );
    // The world of what was larger stays where it was.
    for (const [photo, center] of stayed)
      expect(Math.hypot(...center.map((v, k) => v - (run.centers(0).get(photo)?.[k] ?? NaN)))).toBeLessThan(
        0.1 * gap(stayed, [...stayed.keys()][0], [...stayed.keys()][3]),
      );
    run.close();
    expect(run.sizes).toEqual([13]);
    expect(run.worstError()).toBeLessThan(farOff);
  });

  test('a second place is shown while the run goes on, once it has enough photos', () => {
    const run = new FacadeRun(long);
    run.show(0, 1, 2, 3);
    run.show(23, 22, 21, 20, 19, 18, 17);
    expect(run.sizes).toEqual([4]);
    expect(run.growth.waiting.size).toBe(7);
    run.show(16);
    expect(run.sizes).toEqual([4, 8]);
    run.show(4, 15, 5, 14, 6, 13, 7, 12, 8, 11, 9, 10);
    expect(run.sizes).toEqual([24]);
    run.close();
    // Twice as long a wall drifts more.
    expect(run.worstError()).toBeLessThan(4 * farOff);
  });

  test('a photo that came too early waits, and is placed when the map has reached it, also after the run had closed', () => {
    const run = new FacadeRun();
    run.show(0, 1, 2, 3, 12);
    run.close();
    expect(run.sizes).toEqual([4]);
    expect([...run.growth.waiting]).toEqual([4]);
    run.show(4, 5, 6, 7, 8, 9, 10);
    expect(run.growth.waiting.size).toBe(0);
    expect(run.sizes).toEqual([12]);
    expect(run.worstError()).toBeLessThan(farOff);
  });

  test('pieces that share nothing never join', () => {
    const run = new FacadeRun();
    run.show(...leftEnd, ...rightEnd);
    run.close();
    run.growth.join();
    expect(run.sizes).toEqual([4, 4]);
  });

  test('a run that was saved with two pieces joins them bit by bit as one that was not', () => {
    const straight = new FacadeRun();
    straight.show(...leftEnd, ...rightEnd);
    straight.close();
    const loaded = new FacadeRun();
    loaded.photos.push(...straight.photos);
    for (const image of straight.growth.graph.images) loaded.growth.graph.addImage(image);
    const { tensors, facts } = structuredClone(saveGrowth(straight.growth));
    restoreGrowth(loaded.growth, tensors, facts);
    straight.show(...middle);
    loaded.show(...middle);
    expect(loaded.sizes).toEqual([13]);
    expect(saveGrowth(loaded.growth)).toEqual(saveGrowth(straight.growth));
  });

  test('a state of an earlier version, with wider numbers, is read as well', () => {
    const run = new FacadeRun();
    run.show(...leftEnd);
    run.close();
    const { tensors, facts } = structuredClone(saveGrowth(run.growth));
    const inliers = tensors['pairs.inliers'];
    tensors['pairs.inliers'] = { ...inliers, dtype: 'I32', data: Int32Array.from(inliers.data as Uint16Array) };
    const tracks = tensors['map0.tracks'];
    tensors['map0.tracks'] = { ...tracks, dtype: 'F64', data: Float64Array.from(tracks.data as Uint32Array) };
    const loaded = new FacadeRun();
    for (const image of run.growth.graph.images) loaded.growth.graph.addImage(image);
    restoreGrowth(loaded.growth, tensors, facts);
    expect(saveGrowth(loaded.growth)).toEqual(saveGrowth(run.growth));
  });
});
