// A video along nearly plain walls: what optical flow adds to descriptors, with the true path known.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { similarityBetween } from '../../../../../models/geometry/align.ts';
import { openLocalFrontEnd, type FrontEnd } from '../../../../../models/geometry/front-end/front-end.ts';
import { createDepthWork } from '../../../../../models/geometry/dense/depth-work.ts';
import { GeometryReconstructor } from '../../../../../models/geometry/reconstructor.ts';
import type { PhotoSource, Placement, SceneState } from '../../../../../models/run/reconstructor.ts';
import { length, subtract, transformPoint } from '../../../../../projects/format/sim3.ts';
import { paint } from '../../../../../projects/sample/materials.ts';
import { SceneBuilder } from '../../../../../projects/sample/scene.ts';
import { renderedPhotos } from '../../../../support/track-views.ts';
import { walkCameras } from '../../../../support/workshop-scene.ts';
import { plainSettings } from '../../../../support/plain-settings.ts';

const cameras = walkCameras(8, 320, 240, 0.8);
let frontEnd: FrontEnd;
let folder: string;
let photos: PhotoSource[];

beforeAll(async () => {
  frontEnd = await openLocalFrontEnd(1);
  folder = await mkdtemp(join(tmpdir(), 'video-'));
  photos = plainVideo();
});
afterAll(async () => {
  await frontEnd.dispose();
  await rm(folder, { recursive: true });
});

/** Walls, floor and two crates in paint with a tenth of the usual contrast. */
function plainVideo(): PhotoSource[] {
  const scene = new SceneBuilder();
  scene.thing('floor', 'floor', 'grey').box([-4, -3, -0.1], [4, 4, 0], paint('#8a7a66', 3, 0.1));
  scene.thing('wall', 'back wall', 'grey').box([-4, 3, 0], [4, 3.1, 3], paint('#9aa5a0', 5, 0.1));
  scene.thing('wall', 'left wall', 'grey').box([-3.1, -3, 0], [-3, 4, 3], paint('#b0a090', 9, 0.1));
  scene
    .thing('crate', 'crate', 'brown', [-0.9, 1.2, 0], 30)
    .box([-0.35, -0.35, 0], [0.35, 0.35, 1], paint('#806050', 12, 0.1));
  scene
    .thing('crate', 'low crate', 'blue', [0.8, 1.6, 0], -20)
    .box([-0.3, -0.3, 0], [0.3, 0.3, 0.6], paint('#506080', 15, 0.1));
  const finished = scene.finish({ sun: null, windows: [], lamps: [] }, [-10, -10, -10], [10, 10, 10]);
  return renderedPhotos(() => finished, cameras).map(({ widthPx, heightPx, rgb }, i) => ({
    ...{ id: `photo${i}`, path: '', name: `photo${i}`, sha256: `photo${i}`, widthPx, heightPx, orderIdx: i },
    ...{ takenAtMs: null, focalPx: null, camera: null, gps: null, prior: null },
    read: () => Promise.resolve({ widthPx, heightPx, data: rgb }),
  }));
}

async function met(
  by: FrontEnd,
  some: readonly PhotoSource[],
  saved: SceneState | null = null,
): Promise<{ placed: Map<string, Placement>; state: SceneState }> {
  const work = { frontEnd: by, depth: createDepthWork({ threads: 1 }), dispose: () => Promise.resolve() };
  const method = new GeometryReconstructor(work, 1);
  const settings = plainSettings;
  await method.begin({ settings, photos, cacheFolder: folder, saved });
  const placed = new Map<string, Placement>();
  for (const photo of some) {
    const output = await method.step(photo, { update: true, reset: false });
    for (const one of output.placed) placed.set(one.photoId, one);
  }
  return { placed, state: await method.save() };
}

describe('a video along nearly plain walls', () => {
  const nothing = { fromIdx: new Int32Array(), xPx: new Float32Array(), yPx: new Float32Array() };

  test('is placed photo by photo with flow, and not at all without', async () => {
    const without = await met({ ...frontEnd, carry: () => Promise.resolve(nothing) }, photos);
    expect(without.placed.size).toBe(0);
    const { placed, state } = await met(frontEnd, photos);
    expect(placed.size).toBe(photos.length);
    const found = [...placed.values()].map(({ worldFromCamera }) => worldFromCamera.translation);
    const truth = [...placed.keys()].map((id) => cameras[Number(id.slice(5))].worldFromCamera.translation);
    const truthFromFound = similarityBetween(found, truth)!;
    const errors = found.map((at, i) => length(subtract(transformPoint(truthFromFound, at), truth[i])));
    // The lens is unknown and the pictures are small.
    expect(Math.hypot(...errors) / Math.sqrt(errors.length)).toBeLessThan(0.12);
    expect(state.tensors['carried.places'].shape[0]).toBeGreaterThan(30);
  });

  test('goes on bit by bit from a saved state, with the points that flow has brought', async () => {
    const whole = await met(frontEnd, photos);
    const { state } = await met(frontEnd, photos.slice(0, 5));
    const rest = await met(frontEnd, photos.slice(5), state);
    expect(rest.state.tensors).toEqual(whole.state.tensors);
  });
});
