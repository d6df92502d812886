// The recurrent runner on the tiny pack of random weights: plumbing, not geometry.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtInPacksFolder, findPack } from '../../../../models/run/packs.ts';
import { RecurrentReconstructor } from '../../../../models/run/recurrent/reconstructor.ts';
import type { Reconstructor, SceneState } from '../../../../models/run/reconstructor.ts';
import { createReconstructor } from '../../../../models/run/registry.ts';
import { pinhole } from '../../../../projects/format/intrinsics.ts';
import type { RunSettings } from '../../../../projects/format/scene.ts';
import { identitySim3 } from '../../../../projects/format/sim3.ts';
import { patternPhoto } from './photos.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const rules = ['plain', 'ttt3r', 'filt3r', 'memix'] as const;
const look = { update: true, reset: false };
const onCpu = { providers: [], threads: 1 } as const;
let cacheFolder = '';

const settings = (updateRule: RunSettings['updateRule']): RunSettings => ({ ...plainSettings, sizePx: 64, updateRule });

async function started(
  updateRule: RunSettings['updateRule'] = 'plain',
  saved: SceneState | null = null,
): Promise<Reconstructor> {
  const method = await createReconstructor('tiny-recurrent', join(builtInPacksFolder, 'tiny-recurrent'), onCpu);
  await method.begin({ settings: settings(updateRule), photos: [], cacheFolder, saved });
  return method;
}

/** A digest of everything a saved state holds. */
function bitsOf(state: SceneState): string {
  const hash = createHash('sha256').update(JSON.stringify([state.modelId, state.stepIdx, state.facts]));
  for (const [name, { data, shape }] of Object.entries(state.tensors))
    hash.update(`${name}${shape.join()}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'recurrent-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

describe('the recurrent runner', () => {
  test('every photo gets a finite pose, a focal length and finite points in front of its camera', async () => {
    const method = await started();
    for (let i = 0; i < 3; i++) {
      const { placed, pointMaps, waiting } = await method.step(patternPhoto(i), look);
      expect(waiting).toEqual([]);
      const [{ worldFromCamera, intrinsics, confidence }] = placed;
      expect([...worldFromCamera.rotation, ...worldFromCamera.translation].every(Number.isFinite)).toBe(true);
      expect(intrinsics.widthPx).toBe(320);
      expect(intrinsics.fxPx).toBeGreaterThan(0);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThan(1);
      const [{ positions, gridWidthPx, gridHeightPx, errors }] = pointMaps;
      expect([gridWidthPx, gridHeightPx]).toEqual([64, 64]);
      expect(positions.every(Number.isFinite)).toBe(true);
      expect(errors?.every((error) => error >= 0)).toBe(true);
    }
    await method.dispose();
  });

  test.for(rules)('a run with %s goes on from its saved state bit by bit', async (rule) => {
    const whole = await started(rule);
    for (let i = 0; i < 3; i++) await whole.step(patternPhoto(i), look);
    const half = await started(rule);
    for (let i = 0; i < 2; i++) await half.step(patternPhoto(i), look);
    const resumed = await started(rule, await half.save());
    await resumed.step(patternPhoto(2), look);
    expect(bitsOf(await resumed.save())).toBe(bitsOf(await whole.save()));
    for (const method of [whole, half, resumed]) await method.dispose();
  });

  test('the rules differ from each other after the second photo', async () => {
    const states = new Set<string>();
    for (const rule of rules) {
      const method = await started(rule);
      for (let i = 0; i < 2; i++) await method.step(patternPhoto(i), look);
      const { tensors } = await method.save();
      states.add((tensors.state.data as Float32Array).join());
      await method.dispose();
    }
    expect(states.size).toBe(4);
  });

  test('a look without update and a peek leave the state as it was', async () => {
    const method = await started();
    await method.step(patternPhoto(0), look);
    const before = bitsOf(await method.save());
    const { placed } = await method.step(patternPhoto(1), { update: false, reset: false });
    expect(placed).toHaveLength(1);
    const seen = await method.peek(identitySim3, pinhole(128, 128, 120));
    expect(seen?.kind).toBe('inferred');
    expect(seen?.positions.every(Number.isFinite)).toBe(true);
    expect(bitsOf(await method.save())).toBe(before);
    await method.dispose();
  });

  test('a reset begins a submap that is joined by the photo both have met', async () => {
    const method = await started('ttt3r');
    await method.step(patternPhoto(0), look);
    const { placed } = await method.step(patternPhoto(1), { update: true, reset: true });
    // The same picture as a photo that nobody has met must now come out of the new submap near where the old one put it.
    const again = await method.step({ ...patternPhoto(1), id: 'twin' }, { update: false, reset: false });
    const a = placed[0].worldFromCamera.translation;
    const b = again.placed[0].worldFromCamera.translation;
    expect(again.placed[0].submapIdx).toBe(0);
    expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(1);
    await method.dispose();
  });

  test('a photo of an old submap is looked at with the last state of that submap, and stays where it was without it', async () => {
    const glance = { update: false, reset: false };
    const one = await started();
    for (let i = 0; i < 2; i++) await one.step(patternPhoto(i), look);
    const expected = await one.step(patternPhoto(0), glance);
    const two = await started();
    await two.step(patternPhoto(0), look);
    await two.step(patternPhoto(1), { update: true, reset: true });
    await two.step(patternPhoto(2), look);
    const before = bitsOf(await two.save());
    const seen = await two.step(patternPhoto(0), glance);
    expect(seen.placed).toEqual(expected.placed);
    expect(seen.pointMaps[0].positions).toEqual(expected.pointMaps[0].positions);
    expect(bitsOf(await two.save())).toBe(before);
    await rm(join(cacheFolder, 'submaps-tiny-recurrent-plain'), { recursive: true });
    expect(await two.step(patternPhoto(0), glance)).toMatchObject({
      ...{ placed: [], pointMaps: [] },
      notices: ['p0.jpg keeps its place: the state of its part of the run is no longer on disk.'],
    });
    for (const method of [one, two]) await method.dispose();
  });

  test('a long run of many submaps stays finite, looks back, and goes on from its saved state bit by bit', async () => {
    const whole = await started('memix');
    let saved: SceneState | null = null;
    for (let i = 0; i < 40; i++) {
      const { placed } = await whole.step(patternPhoto(i % 12), { update: true, reset: i % 8 === 7 });
      expect(placed.length).toBeGreaterThan(0);
      for (const { worldFromCamera } of placed) expect(worldFromCamera.translation.every(Number.isFinite)).toBe(true);
      if (i === 20) saved = await whole.save();
    }
    const resumed = await started('memix', saved);
    for (let i = 21; i < 40; i++) await resumed.step(patternPhoto(i % 12), { update: true, reset: i % 8 === 7 });
    expect(bitsOf(await resumed.save())).toBe(bitsOf(await whole.save()));
    await whole.dispose();
    await resumed.dispose();
  });

  test('a second look at a photo reads its features from the cache', async () => {
    const method = await started();
    await method.step(patternPhoto(7), look);
    const files = await readdir(join(cacheFolder, 'features-tiny-recurrent'));
    expect(files.some((name) => name.includes('-64x64'))).toBe(true);
    await method.dispose();
  });

  test('a saved state of another rule is refused with a sentence', async () => {
    const method = await started('filt3r');
    await method.step(patternPhoto(0), look);
    const saved = await method.save();
    await expect(started('plain', saved)).rejects.toThrow('filt3r');
    await method.dispose();
  });

  test('a photo too narrow for one patch is refused by name', async () => {
    const pack = await findPack(null, 'tiny-recurrent');
    const method = await RecurrentReconstructor.open(
      { ...pack, manifest: { ...pack.manifest, config: { ...pack.manifest.config, head: 'dpt' } } },
      onCpu,
    );
    await method.begin({ settings: settings('plain'), photos: [], cacheFolder, saved: null });
    await expect(method.step(patternPhoto(0, 4000, 20), look)).rejects.toThrow('p0.jpg');
    await method.dispose();
  });
});
