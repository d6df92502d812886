// Polishing as the host asks the engine for it: begun, advanced, written or dropped. Rows stay what they were.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PolishReply, SceneFrame } from '../../../../electron/contract/scene-requests.ts';
import { sceneHandlers } from '../../../../electron/engine/scene/handlers.ts';
import { readGaussians } from '../../../../electron/engine/scene/scene-files.ts';
import { resized } from '../../../../projects/format/intrinsics.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import { renderScene } from '../../../../projects/sample/render-scene.ts';
import { renderFrames } from '../../../support/rendered-frames.ts';

let folder: string;
let frames: SceneFrame[];
const photoPaths: Record<string, string> = {};
const chunksFolder = (): string => join(folder, 'polished');

const gainOf = (reply: PolishReply | null): number =>
  reply ? reply.report.held.psnrAfter - reply.report.held.psnrBefore : 0;

/** Photos of 80 × 60 pixels, points on a grid of 40 × 30. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-polish-'));
  const room = boxRoom();
  const rendered = await renderFrames(room, arcCameras(6, 40, 30, 50), folder);
  frames = [];
  for (const { frame, camera } of rendered) {
    const intrinsics = resized(camera.intrinsics, 80, 60);
    const { rgb } = renderScene(room, { ...camera, intrinsics });
    photoPaths[frame.photoId] = join(folder, `${frame.photoId}.png`);
    await sharp(rgb, { raw: { width: 80, height: 60, channels: 3 } }).toFile(photoPaths[frame.photoId]);
    frames.push({ ...frame, intrinsics });
  }
  const planes = await sceneHandlers.findPlanes({ frames, upInWorld: [0, 0, 1] });
  for (const { frameId } of frames) {
    const { id } = await sceneHandlers.splat({ frames, frameId, planes, chunksFolder: folder });
    frames = frames.map((frame) =>
      frame.frameId === frameId ? { ...frame, gaussians: { id, path: join(folder, `${id}.safetensors`) } } : frame,
    );
  }
});
afterAll(() => rm(folder, { recursive: true }));

test('a few looks at a time, then a file for every frame: the same rows with the same codes, near where they were', async () => {
  let progress = await sceneHandlers.polishBegin({ frames, photoPaths });
  expect(progress).toMatchObject({ done: 0, finished: false });
  while (!progress.finished) {
    const next = await sceneHandlers.polishAdvance(null);
    expect(next.done).toBeGreaterThan(progress.done);
    expect(next.done).toBeLessThanOrEqual(next.total);
    progress = next;
  }
  const reply = await sceneHandlers.polishEnd({ chunksFolder: chunksFolder() });
  expect(reply?.report.used.photos).toBe(5);
  expect(reply?.report.held.photos).toBe(1);
  // The room of boxes has large plain surfaces: there is less to gain than on a real wall.
  expect(gainOf(reply)).toBeGreaterThan(0.5);
  expect(reply?.chunks.map(({ gaussianId }) => gaussianId)).toEqual(frames.map(({ gaussians }) => gaussians?.id));
  for (const { id, gaussianId } of reply?.chunks ?? []) {
    const before = await readGaussians(join(folder, `${gaussianId}.safetensors`));
    const after = await readGaussians(join(chunksFolder(), `${id}.safetensors`));
    expect(after.count).toBe(before.count);
    expect(after.featureIdx).toEqual(before.featureIdx);
    expect(after.colors).not.toEqual(before.colors);
    before.means.forEach((value, i) => {
      const size = Math.exp(Math.max(...before.logScales.subarray(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3)));
      expect(Math.abs(after.means[i] - value)).toBeLessThan(2 * Math.sqrt(3) * size + 1e-5);
    });
  }
  // What ended is not there to be gone on with.
  await expect(sceneHandlers.polishAdvance(null)).rejects.toThrow(/no polish/);
});

test('dropped half way, it leaves nothing', async () => {
  const files = await readdir(folder);
  await sceneHandlers.polishBegin({ frames, photoPaths });
  await sceneHandlers.polishAdvance(null);
  expect(await sceneHandlers.polishEnd({ chunksFolder: null })).toBeNull();
  expect(await readdir(folder)).toEqual(files);
  await expect(sceneHandlers.polishEnd({ chunksFolder: chunksFolder() })).rejects.toThrow(/no polish/);
});

test('photos left out of an evaluation are left out of its polish too, and are shown better', async () => {
  const seen: string[] = [];
  const { psnr, ssim, polished } = await sceneHandlers.scoreViews(
    { frames, photoPaths, every: 3, polish: true },
    ({ stage }) => seen.push(stage),
  );
  expect(polished?.views).toHaveLength(2);
  expect((polished?.psnr ?? 0) - psnr).toBeGreaterThan(0.7);
  expect(polished?.ssim).toBeGreaterThan(ssim);
  expect(seen.filter((stage) => stage.startsWith('Polishing'))).not.toEqual([]);
});

test('too few photos, and a photo that is gone, are said in a sentence', async () => {
  await expect(sceneHandlers.polishBegin({ frames: frames.slice(0, 2), photoPaths })).rejects.toThrow(
    /at least 3 photos with splats/,
  );
  await expect(
    sceneHandlers.polishBegin({ frames, photoPaths: { ...photoPaths, p3: join(folder, 'gone.png') } }),
  ).rejects.toThrow(/gone\.png is no longer/);
});
