// Multi-view packs of random weights on their way through the runner: plumbing only.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPack } from '../../../../models/run/add-pack.ts';
import type { Reconstructor, SceneState } from '../../../../models/run/reconstructor.ts';
import { createReconstructor } from '../../../../models/run/registry.ts';
import type { RunSettings } from '../../../../projects/format/scene.ts';
import { patternPhoto } from './photos.ts';
import { bitsOf, written } from './state-bits.ts';
import { plainSettings } from '../../../support/plain-settings.ts';

const look = { update: true, reset: false };
const settings: RunSettings = { ...plainSettings, sizePx: 64 };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'multi-view-packs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.for(['vggt-tiny/vggt', 'fast3r-tiny/fast3r', 'da3-tiny/da3', 'pi3-tiny/pi3'])(
  'a tiny pack of random weights (%s) runs to the end with finite numbers, photos of any shape, and goes on bit by bit',
  async (name) => {
    const checkpoint = fileURLToPath(new URL(`../../../fixtures/models/${name}.safetensors`, import.meta.url));
    const session = { providers: [], threads: 1 } as const;
    const { pack } = await addPack(checkpoint, { packsFolder: join(folder, 'packs'), acceptLicence: true, session });
    const photos = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i % 3 === 1 ? patternPhoto(i, 240, 320) : patternPhoto(i)));
    const started = async (saved: SceneState | null): Promise<Reconstructor> => {
      const method = await createReconstructor(pack.manifest.id, pack.folder, session);
      await method.begin({ settings, photos, cacheFolder: folder, saved });
      return method;
    };
    const patch = Number(pack.manifest.config.patchPx);
    const whole = await started(null);
    let saved: SceneState | null = null;
    for (const [i, photo] of photos.entries()) {
      const { placed, pointMaps, modelMs } = await whole.step(photo, look);
      // A few photos are all renewed; later only the new one is spoken of.
      expect(placed).toHaveLength(i < 6 ? i + 1 : 1);
      for (const { worldFromCamera, intrinsics } of placed) {
        expect([...worldFromCamera.rotation, ...worldFromCamera.translation].every(Number.isFinite)).toBe(true);
        expect(worldFromCamera.scale).toBeGreaterThan(0);
        expect(intrinsics.fxPx).toBeGreaterThan(0);
      }
      const map = pointMaps.find(({ photoId }) => photoId === photo.id);
      expect(map?.positions.every(Number.isFinite)).toBe(true);
      // Portraits and landscapes lie on a square canvas; what is shown is their own part.
      const [long, short] = [4 * patch, 3 * patch];
      expect([map?.gridWidthPx, map?.gridHeightPx]).toEqual(i % 3 === 1 ? [short, long] : [long, short]);
      expect(map?.colors.length).toBe(3 * long * short);
      expect(modelMs).toBeGreaterThan(0);
      if (i === 2) saved = written(await whole.save());
    }
    const resumed = await started(saved);
    for (const photo of photos.slice(3)) await resumed.step(photo, look);
    for (const method of [whole, resumed]) while (!(await method.settle()).settled);
    expect(bitsOf(await resumed.save())).toBe(bitsOf(await whole.save()));
    for (const method of [whole, resumed]) await method.dispose();
  },
);
