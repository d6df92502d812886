// A map that hangs together and is wrong all the same: the matches of pairs say so, and it is put right.

import { beforeAll, describe, expect, test } from 'vitest';
import { Mapper } from '../../../../../models/geometry/map/mapper.ts';
import { MatchGraph } from '../../../../../models/geometry/map/match-graph.ts';
import { centerOfPose } from '../../../../../models/geometry/map/scene-map.ts';
import { reconsidered } from '../../../../../models/geometry/map/second-look.ts';
import { contradictedPhotos, testimonies } from '../../../../../models/geometry/map/witnesses.ts';
import { Growth } from '../../../../../models/geometry/run/growth.ts';
import { Facade, facadeLens } from '../../../../support/facade.ts';

const facade = new Facade(8);
const wrong = 5;
const growth = new Growth(new MatchGraph());
let sound: Mapper;

beforeAll(() => {
  const photos: number[] = [];
  for (let photo = 0; photo < 8; photo++) {
    growth.add(facade.addTo(growth.graph, photos, photo), facadeLens);
    photos.push(photo);
  }
  [sound] = growth.maps;
});

/** As if one photo had been placed by a few wrong points: half a step aside, its own points gone. */
function misplaced(): Mapper {
  const mapper = sound.copy();
  const pose = mapper.map.poses.get(wrong);
  if (!pose) throw new Error('placed');
  mapper.map.remove(wrong);
  const step = Math.hypot(...centerOfPose(pose).map((v, k) => v - facadeCenter(mapper, wrong - 1)[k]));
  mapper.map.place(wrong, {
    rotation: pose.rotation,
    translation: pose.translation.map((v, k) => v + (k === 1 ? step / 2 : 0)),
  });
  return mapper;
}

function facadeCenter({ map }: Mapper, photo: number): readonly number[] {
  const pose = map.poses.get(photo);
  return pose ? centerOfPose(pose) : [NaN, NaN, NaN];
}

describe('a second look', () => {
  test('all pairs agree with a map that is right, and nothing is looked at again', () => {
    expect(sound.map.poses.size).toBe(8);
    for (const { matches, agreeing } of testimonies(sound.map).values())
      expect(agreeing / matches).toBeGreaterThan(0.9);
    expect(contradictedPhotos(sound.map)).toEqual([]);
    expect(reconsidered(sound)).toBeNull();
  });

  test('a photo beside its place is contradicted and comes back to it', () => {
    const mapper = misplaced();
    expect(contradictedPhotos(mapper.map)).toContain(wrong);
    const better = reconsidered(mapper);
    if (!better) throw new Error('no better map');
    expect(contradictedPhotos(better.map)).toEqual([]);
    expect(better.map.poses.size).toBe(8);
    const truth = facadeCenter(sound, wrong);
    const step = Math.hypot(...truth.map((v, k) => v - facadeCenter(sound, wrong - 1)[k]));
    // It was half a step off; features that are half a pixel off leave a few thousandths.
    expect(Math.hypot(...facadeCenter(better, wrong).map((v, k) => v - truth[k]))).toBeLessThan(0.03 * step);
    // The map that was looked at stays as it was.
    expect(contradictedPhotos(mapper.map)).toContain(wrong);
  });

  test('a photo that most of its matches refute waits in the end instead of standing in an invented place', () => {
    const mapper = misplaced();
    growth.dropRefuted(mapper);
    expect(growth.maps[0]).toBe(sound);
    expect([...mapper.map.poses.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 6, 7]);
    expect(contradictedPhotos(mapper.map)).toEqual([]);
    // Nothing has grown since: it is not tried again.
    expect(mapper.nextBest([wrong])).toBeNull();
    const untouched = sound.copy();
    growth.dropRefuted(untouched);
    expect(untouched.map.poses.size).toBe(8);
  });

  test('what a second look could not better is not looked at again', () => {
    const mapper = misplaced();
    mapper.doubted = new Set(contradictedPhotos(mapper.map));
    expect(reconsidered(mapper)).toBeNull();
  });
});

test('a photo or a lens that changes is heard anew', () => {
  const { map } = sound.copy();
  const agreeing = (): number => [...testimonies(map).values()].reduce((sum, one) => sum + one.agreeing, 0);
  const before = agreeing();
  expect(agreeing()).toBe(before);
  const pose = map.poses.get(wrong)!;
  map.place(wrong, { ...pose, translation: pose.translation.map((v) => v + 0.5) });
  expect(agreeing()).toBeLessThan(before);
  map.place(wrong, pose);
  expect(agreeing()).toBe(before);
  map.cameras[0].focalPx *= 1.5;
  expect(agreeing()).toBeLessThan(before);
});
