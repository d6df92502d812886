// Five real photos far apart, of which the ordinary look places two.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { similarityBetween } from '../../../../../models/geometry/align.ts';
import { openLocalFrontEnd, type FrontEnd } from '../../../../../models/geometry/front-end/front-end.ts';
import { MatchGraph } from '../../../../../models/geometry/map/match-graph.ts';
import { centerOfPose } from '../../../../../models/geometry/map/scene-map.ts';
import { Growth } from '../../../../../models/geometry/run/growth.ts';
import { lensOf } from '../../../../../models/geometry/run/lenses.ts';
import { NewPhotoMatcher } from '../../../../../models/geometry/run/match-new.ts';
import { PhotoFeatures } from '../../../../../models/geometry/run/photo-features.ts';
import { restoreGrowth, saveGrowth } from '../../../../../models/geometry/run/saved-state.ts';
import { WideLook } from '../../../../../models/geometry/run/wide-look.ts';
import type { PhotoSource } from '../../../../../models/run/reconstructor.ts';
import { transformPoint, type Vec3 } from '../../../../../projects/format/sim3.ts';
import { openPhoto } from '../../../../../projects/import/decode.ts';

/** Camera centres of the reconstruction that comes with the set, made from 67 photos (see the folder's README). */
const truth: Readonly<Record<string, Vec3>> = {
  '00006.jpg': [0.472369, -1.786858, 1.69656],
  '00028.jpg': [1.092054, -1.883222, 1.944679],
  '00042.jpg': [-0.759839, -2.013303, 2.508232],
  '00049.jpg': [-0.034401, -2.040126, 2.398651],
  '00018.jpg': [-0.754667, -2.546858, 1.104261],
};

const photos = Object.keys(truth).map((name): PhotoSource => {
  const path = join(import.meta.dirname, '../../../../fixtures/buddha', name);
  return {
    ...{ id: name, path, name, sha256: name, widthPx: 640, heightPx: 360, orderIdx: 0, prior: null },
    ...{ takenAtMs: null, focalPx: null, camera: null, gps: null },
    read: (size) => openPhoto(path).read(size),
  };
});

const descriptorsOf = (imageIdx: number): Promise<Uint8Array> => features.descriptorsOf(photos[imageIdx]);

let frontEnd: FrontEnd;
let folder: string;
let features: PhotoFeatures;
beforeAll(async () => {
  frontEnd = await openLocalFrontEnd(1);
  folder = await mkdtemp(join(tmpdir(), 'wide-'));
  features = new PhotoFeatures(frontEnd, folder, null);
});
afterAll(async () => {
  await frontEnd.dispose();
  await rm(folder, { recursive: true });
});

async function met(): Promise<Growth> {
  const growth = new Growth(new MatchGraph());
  const matcher = new NewPhotoMatcher(frontEnd, descriptorsOf);
  for (const photo of photos) {
    const own = await features.of(photo);
    const imageIdx = growth.graph.addImage(own);
    await matcher.match(growth.graph, imageIdx, 0);
    growth.add(imageIdx, lensOf(photo, own.widthPx, own.heightPx));
  }
  return growth;
}

test('photos too far apart for the ordinary look are placed by views from the side, where they were taken', async () => {
  const growth = await met();
  growth.secondOpinion();
  expect(growth.maps.map(({ map }) => map.poses.size)).toEqual([2]);
  const wide = new WideLook(frontEnd, descriptorsOf);
  expect(wide.isWorthIt(growth)).toBe(true);
  for (let imageIdx = 0; imageIdx < photos.length; imageIdx++) await wide.look(growth, photos, imageIdx);
  growth.secondOpinion();
  const [{ map }] = growth.maps;
  expect(map.poses.size).toBe(5);
  const placed = [...map.poses].map(([i, pose]) => ({ center: centerOfPose(pose), there: truth[photos[i].name] }));
  const truthFromMap = similarityBetween(
    placed.map(({ center }) => center),
    placed.map(({ there }) => there),
  );
  if (!truthFromMap) throw new Error('no alignment');
  for (const { center, there } of placed) {
    const moved = transformPoint(truthFromMap, center);
    // The cameras stand about one unit apart; the truth itself is an estimate, and lens distortion was not taken out of it.
    expect(Math.hypot(...moved.map((value, k) => value - there[k]))).toBeLessThan(0.03);
  }

  // Saved and loaded, with the features of simulated views.
  const { tensors, facts } = structuredClone(saveGrowth(growth));
  expect(facts.widened?.length).toBeGreaterThan(1);
  const loaded = new Growth(new MatchGraph());
  for (const photo of photos) loaded.graph.addImage(await features.of(photo));
  restoreGrowth(loaded, tensors, facts);
  // Whoever looks again finds the same.
  for (const one of [growth, loaded]) {
    one.waiting.add(0);
    await new WideLook(frontEnd, descriptorsOf).look(one, photos, 1);
    one.secondOpinion();
  }
  expect(saveGrowth(loaded)).toEqual(saveGrowth(growth));
}, 600_000);

test('photos of which none waits are not looked at again', async () => {
  const growth = new Growth(new MatchGraph());
  expect(new WideLook(frontEnd, descriptorsOf).isWorthIt(growth)).toBe(false);
  for (const photo of photos.slice(0, 2)) {
    const own = await features.of(photo);
    growth.addLens(lensOf(photo, own.widthPx, own.heightPx));
    growth.graph.addImage(own);
  }
  const untouched: FrontEnd = { ...frontEnd, detectWide: () => Promise.reject(new Error('looked')) };
  await new WideLook(untouched, descriptorsOf).look(growth, photos.slice(0, 2), 1);
  expect(growth.graph.widened.size).toBe(0);
}, 60_000);
