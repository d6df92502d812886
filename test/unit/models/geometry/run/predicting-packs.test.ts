// Packs of every kind that reconstructs predict depth for the gaps of a geometry run: with a state, in pairs, several views at once.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PredictedDepth } from '../../../../../models/geometry/run/predicted-depth.ts';
import { addPack } from '../../../../../models/run/add-pack.ts';
import { createReconstructor } from '../../../../../models/run/registry.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import { plainSettings } from '../../../../support/plain-settings.ts';
import { patternPhoto } from '../../run/photos.ts';

const session = { providers: [], threads: 1 } as const;
const photos = [0, 1, 2].map((i) => patternPhoto(i));
const [{ widthPx, heightPx }] = photos;
const camera = pinhole(widthPx, heightPx, widthPx);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-predicting-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['dust3r-tiny-linear', 'da3-tiny/da3', 'permanence-toy'])('%s', { timeout: 120_000 }, async (checkpoint) => {
  const { pack } = await addPack(join('test', 'fixtures', 'models', `${checkpoint}.safetensors`), {
    packsFolder: join(folder, 'packs'),
    acceptLicence: true,
    session,
  });
  const { id } = pack.manifest;
  const predicted = new PredictedDepth(await createReconstructor(id, pack.folder, session));
  await predicted.begin({ settings: plainSettings, photos, cacheFolder: join(folder, id), saved: null });
  for (const photo of photos) expect((await predicted.meet(photo, { update: true, reset: false })).notices).toEqual([]);
  const before = await predicted.save();
  for (const photo of photos) {
    const hint = await predicted.hintOf(photo, camera);
    const depth = hint!({ ...camera, ...pinhole(80, Math.round((80 * heightPx) / widthPx), 80) });
    // A square network sees the middle of a photo, three quarters of it here. What random weights say may lie behind the camera.
    const known = depth.filter((z) => Number.isFinite(z)).length;
    expect(known / depth.length).toBeGreaterThan(0.7);
  }
  // To be asked changes nothing.
  expect(await predicted.save()).toEqual(before);
  await predicted.dispose();
});
