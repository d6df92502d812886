// What the studio hears of pieces that join: frames move by events, with the scale that keeps the points on disk right.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FrontEnd } from '../../../../models/geometry/front-end/front-end.ts';
import type { GeometryWork } from '../../../../models/geometry/workers/work.ts';
import { createDepthWork } from '../../../../models/geometry/dense/depth-work.ts';
import { GeometryReconstructor } from '../../../../models/geometry/reconstructor.ts';
import type { PhotoSource, Placement, StepOutput } from '../../../../models/run/reconstructor.ts';
import { length, subtract, type Vec3 } from '../../../../projects/format/sim3.ts';
import { Facade } from '../../../support/facade.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const facade = new Facade(13);
const leftEnd = [0, 1, 2, 3];
const rightEnd = [9, 10, 11, 12];
const middle = [4, 8, 5, 7, 6];
const settings = plainSettings;

const nowhere: Vec3 = [NaN, NaN, NaN];

/** A picture whose only content is the number of the photo. */
const photoOf = (photo: number): PhotoSource => ({
  ...{
    id: `${photo}`,
    path: `${photo}.jpg`,
    name: `${photo}.jpg`,
    sha256: `facade${photo}`,
    widthPx: 640,
    heightPx: 480,
  },
  ...{ takenAtMs: null, focalPx: 600, camera: 'facade', gps: null, orderIdx: photo, prior: null },
  read: ({ widthPx, heightPx }) => {
    const data = new Uint8Array(3 * widthPx * heightPx).fill(photo);
    return Promise.resolve({ widthPx, heightPx, data });
  },
});

/** Sees the made-up front instead of pixels. */
const frontEnd: FrontEnd = {
  detect: ({ data }) => Promise.resolve(facade.featuresOf(data[0])),
  countCoarseMatches: () => Promise.resolve(100),
  matchPair: (a, b) => {
    const photos = facade.cameras.map((_, photo) => photo);
    const photoWith = ({ xPx }: typeof a): number =>
      photos.find((photo) => facade.featuresOf(photo).xPx[0] === xPx[0]) ?? -1;
    return Promise.resolve(facade.matched(photoWith(a), photoWith(b)));
  },
  // What agrees with the cameras is all that there is.
  matches: async (...both) => (await frontEnd.matchPair(...both, { coarseFirst: false }))?.inliers ?? new Int32Array(0),
  carry: () => Promise.resolve({ fromIdx: new Int32Array(), xPx: new Float32Array(), yPx: new Float32Array() }),
  // Views from the side show this front no better.
  detectWide: (_, own) => Promise.resolve({ features: own, views: [] }),
  matchWide: () => Promise.resolve(null),
  dispose: () => Promise.resolve(),
};

const work: GeometryWork = { frontEnd, depth: createDepthWork({ threads: 1 }), dispose: () => Promise.resolve() };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pieces-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the middle of a building joins its ends: one world, and every old point keeps its size in it', async () => {
  const photos = [...leftEnd, ...rightEnd, ...middle].map(photoOf);
  const method = new GeometryReconstructor(work, 1);
  await method.begin({ settings, photos, cacheFolder: folder, saved: null });
  const known = new Map<string, Placement>();
  const note = ({ placed }: StepOutput): void => placed.forEach((placement) => known.set(placement.photoId, placement));
  for (const photo of photos.slice(0, 8)) note(await method.step(photo, { update: true, reset: false }));
  // Closing work up to depth, which these pictures do not have: second opinion, wide look, the other piece, both adjusted.
  for (let k = 0; k < 14; k++) note(await method.settle());
  const before = new Map(known);
  expect(leftEnd.map((photo) => before.get(`${photo}`)?.submapIdx)).toEqual([0, 0, 0, 0]);
  expect(rightEnd.map((photo) => before.get(`${photo}`)?.submapIdx)).toEqual([1, 1, 1, 1]);

  const outputs: StepOutput[] = [];
  for (const photo of photos.slice(8)) outputs.push(await method.step(photo, { update: true, reset: false }));
  outputs.forEach(note);
  expect([...known.values()].map(({ submapIdx }) => submapIdx)).toEqual(photos.map(() => 0));
  expect(outputs.flatMap(({ notices }) => notices)).toEqual(['A separate piece of 6 photos has joined the scene.']);
  // No points were told again for photos that had some.
  const again = outputs
    .flatMap(({ pointMaps }) => pointMaps.map(({ photoId }) => photoId))
    .filter((id) => before.has(id));
  expect(again).toEqual([]);
  for (const end of [leftEnd, rightEnd]) {
    const baseline = (of: Map<string, Placement>): number => {
      const [a, b] = [end[0], end[3]].map((photo) => of.get(`${photo}`)?.worldFromCamera.translation ?? nowhere);
      return length(subtract(a, b));
    };
    const grown = baseline(known) / baseline(before);
    // Two per cent: what a piece of four photos bends when it is adjusted together with the rest.
    for (const photo of end)
      expect(Math.abs((known.get(`${photo}`)?.worldFromCamera.scale ?? NaN) / grown - 1)).toBeLessThan(0.02);
  }
  await method.dispose();
}, 60_000);
