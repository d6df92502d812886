// A walk past a box that moves by itself: it is marked as moving, the walls are not, and the cameras do not mind.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { similarityBetween } from '../../../../../models/geometry/align.ts';
import { GeometryReconstructor } from '../../../../../models/geometry/reconstructor.ts';
import { openLocalWork, type GeometryWork } from '../../../../../models/geometry/workers/work.ts';
import type { PhotoSource, Placement, PointMap } from '../../../../../models/run/reconstructor.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import { length, subtract, transformPoint, type Sim3 } from '../../../../../projects/format/sim3.ts';
import { renderScene } from '../../../../support/textured-scene.ts';
import { plainSettings } from '../../../../support/plain-settings.ts';

const camera = pinhole(256, 192, 224);
const poses = [-2, -1, 0, 1, 2].map((step): Sim3 => ({
  rotation: [0, -Math.sin(0.01 * step), 0, Math.cos(0.01 * step)],
  translation: [0.22 * step, 0.03 * (step % 2), 0],
  scale: 1,
}));
let work: GeometryWork;
let folder: string;

beforeAll(async () => {
  work = await openLocalWork({ threads: 1, providers: [] });
  folder = await mkdtemp(join(tmpdir(), 'moving-'));
});
afterAll(async () => {
  await work.dispose();
  await rm(folder, { recursive: true });
});

interface Seen {
  maps: Map<string, PointMap>;
  placed: Map<string, Placement>;
  planes: Int8Array[];
}

/** @param upwards way of the box from photo to photo */
async function walk(name: string, upwards: number): Promise<Seen> {
  const rendered = poses.map((pose, i) => renderScene(camera, pose, [0, -upwards * (i - 2)]));
  const photos = rendered.map(({ image }, i): PhotoSource => ({
    ...{ id: `${i}`, path: '', name: `${i}`, sha256: `${name}${i}`, widthPx: 256, heightPx: 192, orderIdx: i },
    ...{ takenAtMs: null, focalPx: 224, camera: 'walk', gps: null, prior: null },
    read: () => Promise.resolve(image),
  }));
  const method = new GeometryReconstructor(work, 1);
  const settings = plainSettings;
  await method.begin({ settings, photos, cacheFolder: folder, saved: null });
  const seen: Seen = { maps: new Map(), placed: new Map(), planes: rendered.map(({ planeIdx }) => planeIdx) };
  const outputs = [];
  for (const photo of photos) outputs.push(await method.step(photo, { update: true, reset: false }));
  for (let settled = false; !settled;) {
    const output = await method.settle();
    outputs.push(output);
    settled = output.settled;
  }
  for (const { placed, pointMaps } of outputs) {
    for (const one of placed) seen.placed.set(one.photoId, one);
    for (const map of pointMaps) if (map.kind === 'final') seen.maps.set(map.photoId, map);
  }
  return seen;
}

/** Shares of the cells of the box and of all others that are marked, over all photos. */
function marked({ maps, planes }: Seen): { box: number; rest: number } {
  const count = { box: 0, rest: 0 };
  const all = { box: 0, rest: 0 };
  for (const [id, { moving }] of maps)
    planes[Number(id)].forEach((plane, cell) => {
      const part = plane === 2 ? 'box' : 'rest';
      all[part]++;
      if (moving?.[cell]) count[part]++;
    });
  return { box: count.box / all.box, rest: count.rest / all.rest };
}

function errorOf({ placed }: Seen): number {
  const ids = [...placed.keys()];
  const found = ids.map((id) => placed.get(id)!.worldFromCamera.translation);
  const truth = ids.map((id) => poses[Number(id)].translation);
  const truthFromFound = similarityBetween(found, truth)!;
  return Math.max(...found.map((at, i) => length(subtract(transformPoint(truthFromFound, at), truth[i]))));
}

test('a box that moves is marked in every photo, the walls are not, and all cameras are found', async () => {
  const seen = await walk('moving', 0.12);
  expect(seen.maps.size).toBe(poses.length);
  const { box, rest } = marked(seen);
  expect(box).toBeGreaterThan(0.6);
  expect(rest).toBeLessThan(0.05);
  expect(errorOf(seen)).toBeLessThan(0.02);
}, 300_000);

test('where nothing moves nothing is marked', async () => {
  const seen = await walk('still', 0);
  expect(seen.maps.size).toBe(poses.length);
  expect(marked(seen)).toEqual({ box: 0, rest: 0 });
}, 300_000);
