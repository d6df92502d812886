// The engine's answer to a click on a rendered scene: who sees the point, who does not, and what is not read for that.

import { rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrackRequest } from '../../../../electron/contract/scene-requests.ts';
import { track } from '../../../../electron/engine/scene/track.ts';
import { lookAt } from '../../../../projects/sample/camera-path.ts';
import { arcCameras, boxRoom } from '../../../../projects/sample/presets.ts';
import type { SceneCamera } from '../../../../projects/sample/render-scene.ts';
import { renderFrames } from '../../../support/rendered-frames.ts';

let folder: string;
let frames: TrackRequest['frames'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-track-'));
  const three = arcCameras(3, 200, 150, 20);
  // The fourth turns its back to what the others look at.
  const away: SceneCamera = { ...three[0], worldFromCamera: lookAt([0, -1, 1.2], [0, -2, 1.2]) };
  const rendered = await renderFrames(boxRoom(), [...three, away], folder);
  frames = [];
  for (const { frame, view } of rendered) {
    const photoPath = join(folder, `${frame.photoId}.png`);
    const { widthPx: width, heightPx: height } = view;
    await sharp(view.rgb, { raw: { width, height, channels: 3 } }).toFile(photoPath);
    frames.push({ ...frame, photoPath });
  }
});
afterAll(() => rm(folder, { recursive: true }));

test('tells for every photo where the point is and whether it is seen, in the order of the photos', async () => {
  const { observations, moving, pointInWorld } = await track({ frames, photoId: 'p1', xPx: 100.5, yPx: 90.5 });
  expect(moving).toBe(false);
  expect(observations.map(({ photoId, visible }) => [photoId, visible])).toEqual([
    ['p0', true],
    ['p1', true],
    ['p2', true],
    ['p3', false],
  ]);
  expect(observations[1]).toMatchObject({ xPx: 100.5, yPx: 90.5, score: 1 });
  expect(observations[3].xPx).toBeNull();
  for (const { pointInWorld: place } of observations.slice(0, 3))
    // Rays of neighbouring photos meet within two centimetres: a pixel here is one.
    expect(Math.hypot(...(place ?? [9, 9, 9]).map((x, k) => x - pointInWorld[k]))).toBeLessThan(0.02);
});

test('does not read photos that look elsewhere, and says which one is missing otherwise', async () => {
  const blind = frames.map((frame) => (frame.photoId === 'p3' ? { ...frame, photoPath: '/none.png' } : frame));
  const { observations } = await track({ frames: blind, photoId: 'p1', xPx: 90.5, yPx: 80.5 });
  expect(observations).toHaveLength(4);
  const gone = frames.map((frame) => (frame.photoId === 'p2' ? { ...frame, photoPath: '/gone.png' } : frame));
  await expect(track({ frames: gone, photoId: 'p1', xPx: 90.5, yPx: 80.5 })).rejects.toThrow(/gone\.png/);
});

test('a click beside the photo or on an unknown one is refused with a sentence', async () => {
  await expect(track({ frames, photoId: 'p1', xPx: -3, yPx: 10 })).rejects.toThrow(/no point of the scene/);
  await expect(track({ frames, photoId: 'other', xPx: 10, yPx: 10 })).rejects.toThrow(/no point of the scene/);
  const path = join(folder, 'damaged.safetensors');
  await writeFile(path, 'no points');
  const damaged = frames.map((frame) => ({ ...frame, pointsPath: path }));
  await expect(track({ frames: damaged, photoId: 'p1', xPx: 10, yPx: 10 })).rejects.toThrow(/damaged/);
});
