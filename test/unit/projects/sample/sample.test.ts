// The committed sample is whole, small, and what the code beside it renders.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { rayThroughPixel, resized } from '../../../../projects/format/intrinsics.ts';
import { rotate } from '../../../../projects/format/sim3.ts';
import { readGroundTruth } from '../../../../projects/import/ground-truth/read.ts';
import { newHit } from '../../../../projects/sample/bvh.ts';
import { samplePath } from '../../../../projects/sample/camera-path.ts';
import { sampleRoom } from '../../../../projects/sample/room.ts';
import { sampleFolder, sampleSentence } from '../../../../projects/sample/sample.ts';

const room = join(sampleFolder(), '..');

test('the sample has 24 photos of 800 × 600 and stays below 6.5 MB with all its truth', async () => {
  const photos = (await readdir(sampleFolder())).filter((name) => name.endsWith('.jpg'));
  expect(photos).toHaveLength(24);
  expect(sampleSentence).toContain('24');
  const { width, height } = await sharp(join(sampleFolder(), photos[0])).metadata();
  expect([width, height]).toEqual([800, 600]);
  const entries = await readdir(room, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(6.5e6);
});

test('its poses are those of the camera path, and its depth is that of the room', async () => {
  const truth = await readGroundTruth(room);
  const path = samplePath();
  expect(truth.poses.size).toBe(24);
  path.forEach(({ worldFromCamera }, i) =>
    worldFromCamera.translation.forEach((value, k) => expect(truth.poses.get(i)?.translation[k]).toBeCloseTo(value, 8)),
  );
  const scene = sampleRoom();
  for (const i of [0, 11, 23]) {
    const depth = await truth.readDepth(i);
    if (!depth) throw new Error(`photo ${i} has no depth`);
    const { worldFromCamera, intrinsics } = path[i];
    const small = resized(intrinsics, depth.widthPx, depth.heightPx);
    for (let y = 7; y < depth.heightPx; y += 41)
      for (let x = 7; x < depth.widthPx; x += 41) {
        const hit = newHit();
        const direction = rotate(worldFromCamera.rotation, rayThroughPixel(small, x + 0.5, y + 0.5));
        expect(scene.visible.trace(worldFromCamera.translation, direction, 1e-4, hit)).toBe(true);
        // Whole millimetres in the file.
        expect(Math.abs(depth.metres[y * depth.widthPx + x] - hit.t)).toBeLessThan(0.00051);
      }
  }
});
