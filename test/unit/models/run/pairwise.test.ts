// The pairwise runner: geometry with a network that knows the truth, plumbing with a tiny pack of random weights.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPack } from '../../../../models/run/add-pack.ts';
import { PairwiseReconstructor } from '../../../../models/run/pairwise/reconstructor.ts';
import type { Placement, PointMap, Reconstructor, SceneState } from '../../../../models/run/reconstructor.ts';
import { createReconstructor } from '../../../../models/run/registry.ts';
import { StudioFailure } from '../../../../projects/format/result.ts';
import type { RunSettings } from '../../../../projects/format/scene.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { arcCameras } from '../../../../projects/sample/presets.ts';
import type { SceneCamera } from '../../../../projects/sample/render-scene.ts';
import { oraclePhoto, PairOracle, poseErrors, type Wrongness } from './pair-oracle.ts';
import { patternPhoto } from './photos.ts';
import { bitsOf, written } from './state-bits.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const look = { update: true, reset: false };
const settings: RunSettings = { ...plainSettings, sizePx: 64 };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pairwise-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  placed: Map<string, Placement>;
  maps: Map<string, PointMap>;
  pieces: number;
}

const nothing = (): Outcome => ({ placed: new Map(), maps: new Map(), pieces: 0 });

async function steps(
  method: Reconstructor,
  cameras: readonly SceneCamera[],
  outcome: Outcome,
  from = 0,
): Promise<void> {
  for (let i = from; i < cameras.length; i++) {
    const { placed, pointMaps, waiting } = await method.step(oraclePhoto(i, cameras[i]), look);
    expect(waiting).toEqual([]);
    for (const one of placed) outcome.placed.set(one.photoId, one);
    for (const one of pointMaps) outcome.maps.set(one.photoId, one);
  }
}

async function settled(method: Reconstructor, outcome: Outcome): Promise<void> {
  for (let done = false; !done && outcome.pieces < 100; outcome.pieces++) {
    const output = await method.settle();
    for (const one of output.placed) outcome.placed.set(one.photoId, one);
    done = output.settled;
  }
}

async function oracleRun(cameras: readonly SceneCamera[], wrong: Wrongness | null, saved: SceneState | null = null) {
  const network = new PairOracle(cameras, wrong);
  const method = new PairwiseReconstructor(network, { id: 'oracle', name: 'Oracle', sizePx: 64, patchPx: 16 });
  const photos = cameras.map((camera, i) => oraclePhoto(i, camera));
  const stepIdx = await method.begin({ settings, photos, cacheFolder: join(folder, 'oracle'), saved });
  return { method, network, stepIdx };
}

describe('with a network that knows the truth up to a scale for each pair', () => {
  const cameras = arcCameras(7, 64, 48, 70);

  test('poses, focal lengths and depths come out right, before and after settling', async () => {
    const { method, network } = await oracleRun(cameras, null);
    const outcome = nothing();
    await steps(method, cameras, outcome);
    const before = poseErrors([...outcome.placed.values()], cameras);
    await settled(method, outcome);
    const after = poseErrors([...outcome.placed.values()], cameras);
    // Points are float32: a turn of 0.01° and a thousandth of the path are far above rounding and far below what any wrong step gives.
    for (const { turnDeg, shift } of [before, after]) {
      expect(turnDeg).toBeLessThan(0.01);
      expect(shift).toBeLessThan(1e-3);
    }
    const units: number[] = [];
    for (const [i, camera] of cameras.entries()) {
      const placement = outcome.placed.get(`photo${i}`);
      const map = outcome.maps.get(`photo${i}`);
      expect(placement?.intrinsics.fxPx).toBeCloseTo(camera.intrinsics.fxPx, 2);
      expect(placement?.submapIdx).toBe(0);
      expect([map?.gridWidthPx, map?.gridHeightPx, map?.kind]).toEqual([64, 48, 'final']);
      const sure = map?.confidences.filter((value) => value > 0.7 && value < 1).length ?? 0;
      // At 64 pixels a few thin edges pass for floating points.
      expect(sure).toBeGreaterThan(0.99 * 64 * 48);
      expect(Math.max(...(map?.errors ?? [Infinity]))).toBeLessThan(1e-3);
      const pixel = 24 * 64 + 32;
      const depth = (map?.positions[3 * pixel + 2] ?? NaN) * (placement?.worldFromCamera.scale ?? NaN);
      units.push(network.depthOf(i, pixel) / depth);
    }
    // One unit of length for all photos, although every pair had its own.
    expect(Math.max(...units) / Math.min(...units) - 1).toBeLessThan(1e-3);
  });
});

describe('with a network that is wrong in every pair', () => {
  const cameras = arcCameras(8, 64, 48, 80);
  const wrong: Wrongness = { turnDeg: 1.5, shift: 0.01, outliers: 0.1 };

  test('settling brings the cameras nearer to the truth, and stops by itself', async () => {
    const { method } = await oracleRun(cameras, wrong);
    const outcome = nothing();
    await steps(method, cameras, outcome);
    const before = poseErrors([...outcome.placed.values()], cameras);
    await settled(method, outcome);
    const after = poseErrors([...outcome.placed.values()], cameras);
    // Each of some forty pairs is off by 1.5°; together they must do better than half of what a photo alone does (2.1° and 0.6° measured).
    expect(after.turnDeg).toBeLessThan(0.5 * before.turnDeg);
    expect(after.turnDeg).toBeLessThan(1.5);
    expect(after.shift).toBeLessThanOrEqual(before.shift);
    expect(outcome.pieces).toBeLessThanOrEqual(12);
    expect((await method.settle()).placed).toEqual([]);
  });

  test('pairs that are lost altogether hardly bend the path', async () => {
    const { method } = await oracleRun(cameras, { turnDeg: 0, shift: 0, outliers: 0, lost: 0.15 });
    const outcome = nothing();
    await steps(method, cameras, outcome);
    await settled(method, outcome);
    const { turnDeg, shift } = poseErrors([...outcome.placed.values()], cameras);
    // Every seventh pair is turned by 40°; distances instead of squares hold that down to a hundredth.
    expect(turnDeg).toBeLessThan(0.4);
    expect(shift).toBeLessThan(5e-3);
  });

  test('a run goes on from its saved state bit by bit, in the middle of settling too', async () => {
    const whole = (await oracleRun(cameras, wrong)).method;
    await steps(whole, cameras, nothing());
    const half = (await oracleRun(cameras, wrong)).method;
    await steps(half, cameras.slice(0, 4), nothing());
    const resumed = await oracleRun(cameras, wrong, written(await half.save()));
    expect(resumed.stepIdx).toBe(4);
    await steps(resumed.method, cameras, nothing(), 4);
    expect(bitsOf(await resumed.method.save())).toBe(bitsOf(await whole.save()));
    await whole.settle();
    const between = await oracleRun(cameras, wrong, written(await whole.save()));
    await settled(whole, nothing());
    await settled(between.method, nothing());
    expect(bitsOf(await between.method.save())).toBe(bitsOf(await whole.save()));
  });
});

describe('steps', () => {
  const cameras = arcCameras(5, 64, 48, 50);

  test('a look without update leaves the state as it was, and there is nothing to peek at', async () => {
    const { method } = await oracleRun(cameras, null);
    await steps(method, cameras.slice(0, 1), nothing());
    const before = bitsOf(await method.save());
    const { placed, pointMaps } = await method.step(oraclePhoto(1, cameras[1]), { update: false, reset: false });
    expect(placed.map(({ photoId }) => photoId)).toEqual(['photo1']);
    expect(pointMaps).toHaveLength(1);
    expect(bitsOf(await method.save())).toBe(before);
    expect(await method.peek()).toBeNull();
  });

  test('a reset begins a submap of its own, and settling leaves the first photo of each in place', async () => {
    const { method } = await oracleRun(cameras, null);
    const submaps: number[] = [];
    for (const [i, camera] of cameras.entries()) {
      const { placed } = await method.step(oraclePhoto(i, camera), { update: true, reset: i === 2 });
      submaps.push(placed.at(-1)?.submapIdx ?? -1);
      if (i === 3) expect(placed.at(-1)?.worldFromCamera).toEqual(identitySim3);
    }
    expect(submaps).toEqual([0, 0, 0, 1, 1]);
    const outcome = nothing();
    await settled(method, outcome);
    expect(outcome.placed.has('photo0')).toBe(false);
    expect(outcome.placed.has('photo3')).toBe(false);
  });

  test('a photo that is met again takes the place of what was known of it', async () => {
    const { method } = await oracleRun(cameras, null);
    const outcome = nothing();
    await steps(method, cameras, outcome);
    const { placed } = await method.step(oraclePhoto(2, cameras[2]), look);
    for (const one of placed) outcome.placed.set(one.photoId, one);
    await settled(method, outcome);
    const { turnDeg, shift } = poseErrors([...outcome.placed.values()], cameras);
    expect(turnDeg).toBeLessThan(0.01);
    expect(shift).toBeLessThan(1e-3);
  });

  test('a photo without a single usable point waits, and the run goes on without it', async () => {
    const { method, network } = await oracleRun(cameras, null);
    const outcome = nothing();
    await steps(method, cameras.slice(0, 3), outcome);
    const { predict } = network;
    network.predict = async (first, second) => {
      const views = await predict(first, second);
      for (const { points } of views) points.fill(NaN);
      return views;
    };
    const { placed, waiting, notices } = await method.step(oraclePhoto(3, cameras[3]), look);
    expect([placed, waiting]).toEqual([[], ['photo3']]);
    expect(notices.join(' ')).toContain('p3.jpg');
    network.predict = predict;
    await steps(method, cameras, outcome, 4);
    expect(outcome.placed.size).toBe(4);
  });

  test('points that hang before a surface which a partner sees more surely lose their confidence, and only these', async () => {
    const { method, network } = await oracleRun(cameras, null);
    const { predict } = network;
    const astray = 20 * 64 + 30;
    network.predict = async (first, second) => {
      const views = await predict(first, second);
      for (const [k, { points, confidences }] of views.entries()) {
        const isNewPhoto = Number([first, second][k].data[1]) > 0.05;
        if (!isNewPhoto) continue;
        // Half as far along the ray from the first camera of the pair, and less sure.
        for (let axis = 0; axis < 3; axis++) points[3 * astray + axis] *= 0.5;
        confidences[astray] = 2;
      }
      return views;
    };
    const outcome = nothing();
    await steps(method, cameras.slice(0, 2), outcome);
    const confidences = outcome.maps.get('photo1')?.confidences ?? [];
    expect(confidences[astray]).toBe(0);
    // At 64 pixels a few thin edges pass for floating points too.
    expect(confidences.filter((value) => value === 0).length).toBeLessThan(0.002 * confidences.length);
  });

  test('a partner whose file and features are gone is passed over; without any partner a photo waits', async () => {
    const cacheFolder = join(folder, 'vanishing');
    const { method } = await oracleRun(cameras, null);
    const photos = cameras.map((camera, i) => oraclePhoto(i, camera));
    const gone = (name: string) => async () => {
      throw new StudioFailure('photo-missing', { name });
    };
    await method.begin({ settings, photos, cacheFolder, saved: null });
    await steps(method, cameras.slice(0, 3), nothing());
    const saved = await method.save();
    await rm(cacheFolder, { recursive: true });
    const without = (lost: number[]) =>
      photos.map((one, i) => (lost.includes(i) ? { ...one, read: gone(one.name) } : one));
    await method.begin({ settings, photos: without([1]), cacheFolder, saved });
    expect((await method.step(photos[3], look)).placed.map(({ photoId }) => photoId)).toEqual(['photo3']);
    await rm(cacheFolder, { recursive: true });
    await method.begin({ settings, photos: without([0, 1, 2]), cacheFolder, saved });
    const { placed, waiting, notices } = await method.step(photos[3], look);
    expect([placed, waiting]).toEqual([[], ['photo3']]);
    expect(notices.join(' ')).toContain('cannot be read any more');
  });

  test('features are made once for each photo, and a state of another model is refused', async () => {
    const cacheFolder = join(folder, 'once');
    const { method, network } = await oracleRun(cameras, null);
    await method.begin({ settings, photos: [], cacheFolder, saved: null });
    network.encoded = 0;
    await steps(method, cameras, nothing());
    expect(network.encoded).toBe(cameras.length);
    const saved = { ...(await method.save()), modelId: 'other' };
    await expect(method.begin({ settings, photos: [], cacheFolder, saved })).rejects.toThrow('other');
  });
});

describe('a tiny pack of random weights', () => {
  test('runs to the end with finite numbers, one photo or many, and goes on bit by bit', async () => {
    const checkpoint = fileURLToPath(
      new URL('../../../fixtures/models/dust3r-tiny-linear.safetensors', import.meta.url),
    );
    const session = { providers: [], threads: 1 } as const;
    const { pack } = await addPack(checkpoint, { packsFolder: join(folder, 'packs'), acceptLicence: true, session });
    const photos = [0, 1, 2, 3, 4].map((i) => (i === 1 ? patternPhoto(i, 240, 320) : patternPhoto(i)));
    const started = async (saved: SceneState | null): Promise<Reconstructor> => {
      const method = await createReconstructor(pack.manifest.id, pack.folder, session);
      await method.begin({ settings, photos, cacheFolder: folder, saved });
      return method;
    };
    const whole = await started(null);
    let saved: SceneState | null = null;
    for (const [i, photo] of photos.entries()) {
      const { placed, pointMaps, modelMs } = await whole.step(photo, look);
      expect(placed.at(-1)?.photoId).toBe(photo.id);
      for (const { worldFromCamera, intrinsics } of placed) {
        expect([...worldFromCamera.rotation, ...worldFromCamera.translation].every(Number.isFinite)).toBe(true);
        expect(worldFromCamera.scale).toBeGreaterThan(0);
        expect(intrinsics.fxPx).toBeGreaterThan(0);
      }
      expect(pointMaps.at(-1)?.positions.every(Number.isFinite)).toBe(true);
      expect(pointMaps.at(-1)?.gridWidthPx).toBe(i === 1 ? 48 : 64);
      expect(modelMs).toBeGreaterThan(0);
      if (i === 2) saved = written(await whole.save());
    }
    const resumed = await started(saved);
    for (const photo of photos.slice(3)) await resumed.step(photo, look);
    for (const method of [whole, resumed]) await settled(method, nothing());
    expect(bitsOf(await resumed.save())).toBe(bitsOf(await whole.save()));
    for (const method of [whole, resumed]) await method.dispose();
  });
});
