// Encoders of installed packs compared on a rendered room, beside the place and colour of its pixels.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeatureProbeRequest, SceneFrame } from '../../../../electron/contract/scene-requests.ts';
import { sceneHandlers } from '../../../../electron/engine/scene/handlers.ts';
import { addPack } from '../../../../models/run/add-pack.ts';
import { builtInPacksFolder } from '../../../../models/run/packs.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { renderFrames } from '../../../support/rendered-frames.ts';

let folder: string;
let frames: SceneFrame[];
const photoPaths: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-probe-'));
  const rendered = await renderFrames(boxRoom(), arcCameras(5, 64, 48, 50), folder);
  for (const { frame, view } of rendered) {
    photoPaths[frame.photoId] = join(folder, `${frame.photoId}.png`);
    await sharp(view.rgb, { raw: { width: 64, height: 48, channels: 3 } }).toFile(photoPaths[frame.photoId]);
  }
  frames = rendered.map(({ frame }) => frame);
});
afterAll(() => rm(folder, { recursive: true }));

const request = (more: Partial<FeatureProbeRequest> = {}): FeatureProbeRequest => ({
  frames,
  photoPaths,
  packFolders: [],
  every: 4,
  ...more,
});

test('every kind of pack has features: recurrent, in pairs, several at once, language', async () => {
  const fixtures = join('test', 'fixtures', 'models');
  const added: string[] = [join(builtInPacksFolder, 'tiny-recurrent')];
  for (const name of ['dust3r-tiny-linear', 'da3-tiny/da3', 'clip-tiny/openclip']) {
    const options = { packsFolder: join(folder, 'packs'), acceptLicence: true };
    added.push((await addPack(join(fixtures, `${name}.safetensors`), options)).pack.folder);
  }
  const stages = new Set<string>();
  const report = await sceneHandlers.probeFeatures(request({ packFolders: added }), ({ stage }) => stages.add(stage));
  expect(report).toMatchObject({ photos: 4, held: 1 });
  const [plain, ...packs] = report.encoders;
  expect(plain).toMatchObject({ modelId: null, dim: 5 });
  expect(packs).toHaveLength(added.length);
  for (const { dim, geometry, texture, all, depth, name } of packs) {
    expect(dim).toBeGreaterThan(5);
    expect(stages).toContain(`What ${name} knows`);
    for (const { psnr, ssim } of [geometry, texture, all]) {
      expect(psnr).toBeGreaterThan(5);
      expect(psnr).toBeLessThan(report.scene.psnr + 1);
      expect(ssim).toBeGreaterThan(0);
    }
    expect(depth.absRel).toBeGreaterThan(0);
    expect(depth.absRel).toBeLessThan(1);
  }
  // What has the colours in it knows the texture.
  expect(plain.texture.psnr).toBeGreaterThan(plain.all.psnr);
});

test('too few photos and a missing pack are one sentence', async () => {
  await expect(sceneHandlers.probeFeatures(request({ frames: frames.slice(0, 1) }))).rejects.toThrow(/photos/);
  await expect(sceneHandlers.probeFeatures(request({ packFolders: [join(folder, 'none')] }))).rejects.toThrow(/none/);
});
