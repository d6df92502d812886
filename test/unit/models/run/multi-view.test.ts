// The multi-view runner with a network that knows the truth: geometry, windows, steps. Packs of random weights: multi-view-packs.test.ts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MultiViewReconstructor } from '../../../../models/run/multi-view/reconstructor.ts';
import type { Placement, PointMap, Reconstructor, SceneState } from '../../../../models/run/reconstructor.ts';
import { StudioFailure } from '../../../../projects/format/result.ts';
import type { RunSettings } from '../../../../projects/format/scene.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { arcCameras } from '../../../../projects/sample/presets.ts';
import type { SceneCamera } from '../../../../projects/sample/render-scene.ts';
import type { Wrongness } from './pair-oracle.ts';
import { bitsOf, written } from './state-bits.ts';
import { numberedPhoto, trajectoryErrorOf, ViewOracle } from './view-oracle.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const look = { update: true, reset: false };
const settings: RunSettings = { ...plainSettings, sizePx: 64 };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'multi-view-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  placed: Map<string, Placement>;
  maps: Map<string, PointMap>;
}

const nothing = (): Outcome => ({ placed: new Map(), maps: new Map() });

async function steps(
  method: Reconstructor,
  cameras: readonly SceneCamera[],
  outcome: Outcome,
  from = 0,
): Promise<void> {
  for (let i = from; i < cameras.length; i++) {
    const { placed, pointMaps, waiting } = await method.step(numberedPhoto(i, cameras[i]), look);
    expect(waiting).toEqual([]);
    for (const one of placed) outcome.placed.set(one.photoId, one);
    for (const one of pointMaps) outcome.maps.set(one.photoId, one);
  }
}

async function settled(method: Reconstructor, outcome: Outcome): Promise<void> {
  for (let piece = 0, done = false; !done && piece < 100; piece++) {
    const output = await method.settle();
    for (const one of output.placed) outcome.placed.set(one.photoId, one);
    done = output.settled;
  }
}

async function oracleRun(cameras: readonly SceneCamera[], wrong: Wrongness | null, saved: SceneState | null = null) {
  const network = new ViewOracle(cameras, wrong);
  const pack = { id: 'oracle', name: 'Oracle', sizePx: 64, patchPx: 16, views: 5 };
  const method = new MultiViewReconstructor(network, pack);
  const photos = cameras.map((camera, i) => numberedPhoto(i, camera));
  const stepIdx = await method.begin({ settings, photos, cacheFolder: join(folder, 'oracle'), saved });
  return { method, network, stepIdx };
}

/** There and back again on an arc of 140°, 10 m of path: each place is seen twice, half the run apart. */
function thereAndBack(count: number): SceneCamera[] {
  const there = arcCameras(count / 2, 64, 48, 140);
  const back = arcCameras(count / 2, 64, 48, 132).reverse();
  return [...there, ...back];
}

const walk = thereAndBack(36);

describe('with a network that knows the truth up to unit and axes of each window', () => {
  test('36 photos in windows of five come out right: poses, focal lengths, depths in one unit', async () => {
    const { method, network } = await oracleRun(walk, null);
    const outcome = nothing();
    await steps(method, walk, outcome);
    const before = trajectoryErrorOf(outcome.placed, walk);
    await settled(method, outcome);
    const after = trajectoryErrorOf(outcome.placed, walk);
    // Points are float32 and every photo hangs on others: 0.1 mm of a path of 10 m is rounding.
    for (const { max } of [before, after]) expect(max).toBeLessThan(1e-4);
    expect(Math.max(...network.windows.map(({ length }) => length))).toBe(5);
    for (const [i, camera] of walk.entries()) {
      const placement = outcome.placed.get(`photo${i}`);
      const map = outcome.maps.get(`photo${i}`);
      expect(placement?.intrinsics.fxPx).toBeCloseTo(camera.intrinsics.fxPx, 3);
      expect(placement?.intrinsics.fyPx).toBeCloseTo(camera.intrinsics.fyPx, 3);
      expect([map?.gridWidthPx, map?.gridHeightPx, map?.kind]).toEqual([64, 48, 'final']);
      expect(Math.max(...(map?.errors ?? [Infinity]))).toBeLessThan(1e-3);
    }
  });

  test('a window holds neighbours on the way and, on the way back, what was seen from the same place', async () => {
    const { method, network } = await oracleRun(walk, null);
    await steps(method, walk, nothing());
    const window = network.windows[30];
    // Three before it, the nearest first; then the way there, of which photo 5 was taken from nearly the same place.
    expect(window.slice(0, 3)).toEqual([29, 28, 27]);
    expect(window[4]).toBe(30);
    expect(Math.abs(window[3] - 5)).toBeLessThanOrEqual(1);
  });
});

describe('while all photos fit into one window', () => {
  const cameras = arcCameras(5, 64, 48, 50);

  test('each new one renews all, so that what is shown is one answer of the network', async () => {
    const wrong: Wrongness = { turnDeg: 3, shift: 0.03, outliers: 0 };
    const { method, network } = await oracleRun(cameras, wrong);
    const outcome = nothing();
    await steps(method, cameras, outcome);
    expect(network.windows.map((window) => window.length)).toEqual([1, 2, 3, 4, 5]);
    const last = await method.step(numberedPhoto(4, cameras[4]), { update: false, reset: false });
    expect(last.placed).toHaveLength(1);
    const features = await Promise.all(
      network.windows[4].map(async (idx) => {
        const { data } = await numberedPhoto(idx, cameras[idx]).read({ widthPx: 64, heightPx: 48, fit: 'fill' });
        return network.encode(
          Float32Array.from(data, (value) => value / 127.5 - 1),
          64,
          48,
        );
      }),
    );
    const answer = await network.predict(features, new Set());
    const units = network.windows[4].map((idx, i) => {
      const placed = outcome.placed.get(`photo${idx}`)?.worldFromCamera.translation ?? [NaN, NaN, NaN];
      const [x, y, z] = answer[i].windowFromCamera.translation;
      const first = answer[network.windows[4].indexOf(0)].windowFromCamera.translation;
      return [Math.hypot(...placed), Math.hypot(x - first[0], y - first[1], z - first[2])];
    });
    for (const [placed, seen] of units) expect(placed).toBeCloseTo(seen, 6);
    expect(outcome.placed.get('photo0')?.worldFromCamera).toEqual(identitySim3);
  });
});

describe('with a network that is wrong in every window', () => {
  const wrong: Wrongness = { turnDeg: 0.7, shift: 0.005, outliers: 0.1 };

  test('the path stays together, and settling brings it nearer to the truth', async () => {
    const { method } = await oracleRun(walk, wrong);
    const outcome = nothing();
    await steps(method, walk, outcome);
    const before = trajectoryErrorOf(outcome.placed, walk);
    await settled(method, outcome);
    const after = trajectoryErrorOf(outcome.placed, walk);
    // Every photo of every window is off by 0.7° and up to 1 cm, and a tenth of its points are anywhere: 6.3 cm and 1.0 cm measured, of a path of 10 m.
    expect(before.rmse).toBeLessThan(0.09);
    expect(after.rmse).toBeLessThan(0.02);
    expect((await method.settle()).placed).toEqual([]);
  });

  test('a run goes on from its saved state bit by bit, in the middle of settling too', async () => {
    const short = walk.slice(0, 9);
    const whole = (await oracleRun(short, wrong)).method;
    await steps(whole, short, nothing());
    for (const stop of [3, 7]) {
      const half = (await oracleRun(short, wrong)).method;
      await steps(half, short.slice(0, stop), nothing());
      const resumed = await oracleRun(short, wrong, written(await half.save()));
      expect(resumed.stepIdx).toBe(stop);
      await steps(resumed.method, short, nothing(), stop);
      expect(bitsOf(await resumed.method.save())).toBe(bitsOf(await whole.save()));
    }
    await whole.settle();
    const between = await oracleRun(short, wrong, written(await whole.save()));
    await settled(whole, nothing());
    await settled(between.method, nothing());
    expect(bitsOf(await between.method.save())).toBe(bitsOf(await whole.save()));
  });
});

describe('steps', () => {
  const cameras = arcCameras(8, 64, 48, 60);

  test('a look without update leaves the state as it was, in a small run and in a long one', async () => {
    for (const known of [2, 7]) {
      const { method } = await oracleRun(cameras, null);
      await steps(method, cameras.slice(0, known), nothing());
      const before = bitsOf(await method.save());
      const { placed, pointMaps } = await method.step(numberedPhoto(known, cameras[known]), {
        update: false,
        reset: false,
      });
      expect(placed.map(({ photoId }) => photoId)).toEqual([`photo${known}`]);
      expect(pointMaps).toHaveLength(1);
      expect(bitsOf(await method.save())).toBe(before);
      expect(await method.peek()).toBeNull();
    }
  });

  test('a photo that is met again is looked at beside those it was met with, and the run stays right', async () => {
    const { method, network } = await oracleRun(cameras, null);
    const outcome = nothing();
    await steps(method, cameras, outcome);
    const { placed } = await method.step(numberedPhoto(2, cameras[2]), look);
    expect(network.windows.at(-1)?.slice(0, 2)).toEqual([3, 1]);
    for (const one of placed) outcome.placed.set(one.photoId, one);
    await settled(method, outcome);
    expect(trajectoryErrorOf(outcome.placed, cameras).max).toBeLessThan(1e-4);
  });

  test('a reset begins a submap of its own', async () => {
    const { method, network } = await oracleRun(cameras, null);
    const submaps: number[] = [];
    for (const [i, camera] of cameras.entries()) {
      const { placed } = await method.step(numberedPhoto(i, camera), { update: true, reset: i === 2 });
      submaps.push(placed.find(({ photoId }) => photoId === `photo${i}`)?.submapIdx ?? -1);
      if (i === 3) expect(placed[0].worldFromCamera).toEqual(identitySim3);
    }
    expect(submaps).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
    for (const window of network.windows.slice(3)) expect(Math.min(...window)).toBeGreaterThanOrEqual(3);
  });

  test('a photo without a single usable point waits, and the run goes on without it', async () => {
    const { method, network } = await oracleRun(cameras, null);
    const { predict } = network;
    const outcome = nothing();
    for (const known of [3, 7]) {
      await steps(method, cameras.slice(0, known), outcome, known === 7 ? 4 : 0);
      network.predict = async (...asked) => {
        const views = await predict(...asked);
        for (const { points } of views) points.fill(NaN);
        return views;
      };
      const { placed, waiting, notices } = await method.step(numberedPhoto(known, cameras[known]), look);
      expect([placed, waiting]).toEqual([[], [`photo${known}`]]);
      expect(notices.join(' ')).toContain(`p${known}.jpg`);
      network.predict = predict;
    }
    expect(outcome.placed.size).toBe(6);
  });

  test('a reference whose file and features are gone is passed over; without any a photo waits', async () => {
    const cacheFolder = join(folder, 'vanishing');
    const { method } = await oracleRun(cameras, null);
    const photos = cameras.map((camera, i) => numberedPhoto(i, camera));
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
