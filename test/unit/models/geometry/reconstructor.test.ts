// The default method from photos to poses and points, on a rendered world whose truth is known.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { similarityBetween } from '../../../../models/geometry/align.ts';
import { openLocalWork, type GeometryWork } from '../../../../models/geometry/workers/work.ts';
import { GeometryReconstructor } from '../../../../models/geometry/reconstructor.ts';
import { builtInPacksFolder } from '../../../../models/run/packs.ts';
import { createReconstructor } from '../../../../models/run/registry.ts';
import type {
  PhotoSource,
  Placement,
  Reconstructor,
  RgbImage,
  SceneState,
  SettleOutput,
  StepOutput,
} from '../../../../models/run/reconstructor.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import type { RunSettings } from '../../../../projects/format/scene.ts';
import { identitySim3, transformPoint, type Sim3, type Vec3 } from '../../../../projects/format/sim3.ts';
import { renderScene } from '../../../support/textured-scene.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const camera = pinhole(256, 192, 224);
const settings: RunSettings = plainSettings;
const places: readonly Vec3[] = [
  [-0.8, 0, 0],
  [-0.4, -0.15, 0.2],
  [0, 0, 0],
  [0.4, 0.15, 0.2],
  [0.8, 0, 0],
];
const posed = places.map((translation, i): Sim3 => {
  const angle = 0.05 * (i - 2);
  return { rotation: [0, -Math.sin(angle / 2), 0, Math.cos(angle / 2)], translation, scale: 1 };
});

let work: GeometryWork;
let folder: string;
let world: PhotoSource[];

beforeAll(async () => {
  work = await openLocalWork({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'geometry-'));
  world = posed.map((pose, i) => photo(`photo${i}`, renderScene(camera, pose).image));
});
afterAll(async () => {
  await work.dispose();
  await rm(folder, { recursive: true });
});

function photo(id: string, image: RgbImage): PhotoSource {
  const { widthPx, heightPx } = image;
  return {
    ...{ id, path: `${id}.jpg`, name: `${id}.jpg`, sha256: id, widthPx, heightPx },
    ...{ takenAtMs: null, focalPx: null, camera: null, gps: null, orderIdx: 0, prior: null },
    read: (size) => Promise.resolve(smaller(image, size)),
  };
}

/** Nearest sample: enough for depth sweeps that are not judged here. */
function smaller(image: RgbImage, size: { widthPx: number; heightPx: number }): RgbImage {
  const scale = Math.min(1, size.widthPx / image.widthPx, size.heightPx / image.heightPx);
  const widthPx = Math.round(image.widthPx * scale);
  const heightPx = Math.round(image.heightPx * scale);
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, at += 3) {
      const from = 3 * (Math.floor(y / scale) * image.widthPx + Math.floor(x / scale));
      data.set(image.data.subarray(from, from + 3), at);
    }
  }
  return { widthPx, heightPx, data };
}

async function begun(photos: readonly PhotoSource[], saved: SceneState | null = null): Promise<GeometryReconstructor> {
  const method = new GeometryReconstructor(work, 1);
  await method.begin({ settings, photos, cacheFolder: folder, saved });
  return method;
}

async function settleAll(method: GeometryReconstructor): Promise<SettleOutput[]> {
  const outputs: SettleOutput[] = [];
  for (let piece = 0; piece < 50; piece++) {
    const output = await method.settle();
    outputs.push(output);
    if (output.settled) return outputs;
  }
  throw new Error('never settled');
}

const lastPlacements = (outputs: readonly StepOutput[]): Map<string, Placement> =>
  new Map(outputs.flatMap(({ placed }) => placed.map((p) => [p.photoId, p])));

describe('the geometry method', () => {
  test('places every photo of a rendered world, gives points at once and dense maps in the end', async () => {
    const method = await begun(world);
    const outputs: StepOutput[] = [];
    for (const one of world) outputs.push(await method.step(one, { update: true, reset: false }));
    // The second photo brings the first points.
    expect(outputs[1].pointMaps.some(({ kind }) => kind === 'preview')).toBe(true);
    const closing = await settleAll(method);
    // Whoever waits hears of each photo whose depth is next.
    const told = closing.map(({ next }) => next?.stage);
    for (const [idx] of world.entries()) expect(told).toContain(`Depth of photo ${idx + 1} of ${world.length}`);
    const placements = lastPlacements([...outputs, ...closing]);
    expect([...placements.keys()].sort()).toEqual(world.map(({ id }) => id));
    const made = world.map(({ id }) => placements.get(id)?.worldFromCamera.translation ?? identitySim3.translation);
    const truthFromMade = similarityBetween(made, places);
    if (!truthFromMade) throw new Error('no alignment');
    const errors = made.map((p, i) => Math.hypot(...transformPoint(truthFromMade, p).map((v, k) => v - places[i][k])));
    // Walls are five away: one pixel of 224 is 2 cm there. Hundreds of points leave a small part of that.
    expect(Math.max(...errors)).toBeLessThan(0.02);
    const finals = closing.flatMap(({ pointMaps }) => pointMaps).filter(({ kind }) => kind === 'final');
    expect(finals.map(({ photoId }) => photoId).sort()).toEqual(world.map(({ id }) => id));
    const dense = finals[2].confidences.filter((c) => c >= 0.5).length / finals[2].confidences.length;
    expect(dense).toBeGreaterThan(0.4);
  }, 60_000);

  test('photos taken close together are shown at once, and anew when a better start gives better points', async () => {
    // 0.15 of five: 1.7 degrees from one to the next, 3.4 to the one after.
    const close = [0, 1, 2].map((i) =>
      photo(`close${i}`, renderScene(camera, { ...identitySim3, translation: [0.15 * i, 0, 0] }).image),
    );
    const method = await begun(close);
    const shown: string[][] = [];
    for (const one of close) {
      const { pointMaps } = await method.step(one, { update: true, reset: false });
      shown.push(pointMaps.map(({ photoId }) => photoId).sort());
    }
    expect(shown).toEqual([[], ['close0', 'close1'], ['close0', 'close1', 'close2']]);
  }, 60_000);

  test('a state that was saved and loaded goes on bit by bit as if nothing had happened', async () => {
    const straight = await begun(world);
    const broken = await begun(world);
    for (const one of world.slice(0, 3)) {
      await straight.step(one, { update: true, reset: false });
      await broken.step(one, { update: true, reset: false });
    }
    const saved = structuredClone(await broken.save());
    const loaded = await begun(world, saved);
    for (const one of world.slice(3)) {
      const a = await straight.step(one, { update: true, reset: false });
      const b = await loaded.step(one, { update: true, reset: false });
      expect({ ...b, modelMs: 0 }).toEqual({ ...a, modelMs: 0 });
    }
    expect((await loaded.save()).tensors).toEqual((await straight.save()).tensors);
  }, 60_000);

  test('with a method for the gaps the run repeats after an interruption too, and each photo keeps all of its points', async () => {
    const folderOfTiny = join(builtInPacksFolder, 'tiny-recurrent');
    const packs: Reconstructor[] = [];
    const withTiny = async (saved: SceneState | null) => {
      const pack = await createReconstructor('tiny-recurrent', folderOfTiny, { providers: [], threads: 1 });
      packs.push(pack);
      const method = new GeometryReconstructor(work, 1, pack);
      await method.begin({ settings, photos: world, cacheFolder: folder, saved });
      return method;
    };
    const straight = await withTiny(null);
    expect(straight.provider).toMatch(/^Geometry · CPU, 1 thread · gaps: .*CPU/);
    for (const one of world) expect((await straight.step(one, { update: true, reset: false })).notices).toEqual([]);
    const pieces: SettleOutput[] = [];
    while (!pieces.some(({ next }) => next?.stage === 'Gaps of photo 3 of 5')) pieces.push(await straight.settle());
    const loaded = await withTiny(structuredClone(await straight.save()));
    const [a, b] = [await settleAll(straight), await settleAll(loaded)];
    const finals = (outputs: readonly SettleOutput[]) =>
      outputs.flatMap(({ pointMaps }) => pointMaps.filter(({ kind }) => kind === 'final'));
    expect(finals(b)).toEqual(finals(a));
    expect(finals(a).map(({ photoId }) => photoId)).toEqual(['photo2', 'photo3', 'photo4']);
    // Random weights predict nothing that fits: what the sweep has found stays as it is.
    const swept = new Map(finals(pieces).map((map) => [map.photoId, map]));
    for (const { photoId, positions } of finals(a))
      swept.get(photoId)?.positions.forEach((value, i) => {
        if (!Number.isNaN(value)) expect(positions[i]).toBe(value);
      });
    for (const pack of packs) await pack.dispose();
  }, 60_000);

  test('a look without update leaves the state as it is', async () => {
    const method = await begun(world);
    await method.step(world[0], { update: true, reset: false });
    const before = await method.save();
    await method.step(world[1], { update: false, reset: false });
    expect(await method.save()).toEqual(before);
  });

  test('nonsense ends with a sentence and no scene', async () => {
    const white = { widthPx: 160, heightPx: 120, data: new Uint8Array(160 * 120 * 3).fill(245) };
    const same = world[0];
    const cases: [string, PhotoSource[], RegExp][] = [
      // None could be read: whoever read them has said why.
      ['no photo', [], /^$/],
      ['one photo', [same], /One photo alone/],
      ['the same photo again and again', [same, { ...same, id: 'b' }, { ...same, id: 'c' }], /no parallax/],
      ['white walls', [photo('w1', white), photo('w2', white)], /more overlap or more structure/],
    ];
    for (const [name, photos, sentence] of cases) {
      const method = await begun(photos);
      const outputs: StepOutput[] = [];
      for (const one of photos) outputs.push(await method.step(one, { update: true, reset: false }));
      outputs.push(...(await settleAll(method)));
      expect(lastPlacements(outputs).size, name).toBe(0);
      expect(outputs.flatMap(({ notices }) => notices).join(' '), name).toMatch(sentence);
    }
  }, 60_000);
});
