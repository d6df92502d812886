// Rendered folders are read by the same code that reads the user's photos and the evaluation's truth.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inverse, transformPoint, type Vec3 } from '../../../../projects/format/sim3.ts';
import { projectPoint } from '../../../../projects/format/intrinsics.ts';
import { readGroundTruth } from '../../../../projects/import/ground-truth/read.ts';
import { probePhotos } from '../../../../projects/import/photo/probe.ts';
import { arcCameras } from '../../../../projects/sample/presets.ts';
import type { LabelTruth } from '../../../../projects/sample/write-truth.ts';
import { renderedFolder, type RenderedFolder } from '../../../support/rendered-project.ts';

let root = '';
let rendered: RenderedFolder;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'permanence-rendered-'));
  rendered = await renderedFolder(root, { cameras: arcCameras(3, 160, 120) });
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('A rendered folder', () => {
  test('has photos that import understands, with the true focal length within what whole millimetres allow', async () => {
    const files = rendered.photoPaths.map((path, i) => ({
      path,
      photoId: `p${i}`,
      thumbPath: join(root, `${i}.webp`),
    }));
    const probed = await probePhotos({ files });
    for (const photo of probed) {
      if (!photo.ok) throw new Error(photo.error.sentence);
      expect([photo.facts.widthPx, photo.facts.heightPx]).toEqual([160, 120]);
      // Half a millimetre of 28 mm.
      expect(Math.abs((photo.facts.focalPx ?? 0) / 128 - 1)).toBeLessThan(0.02);
      expect(photo.facts.camera).toBe('Permanence Sample camera');
    }
  });

  test('has truth that the evaluation reads: poses, intrinsics, depth', async () => {
    const truth = await readGroundTruth(root);
    expect(truth.poses.size).toBe(3);
    for (const [i, camera] of rendered.cameras.entries()) {
      camera.worldFromCamera.translation.forEach((value, k) =>
        expect(truth.poses.get(i)?.translation[k]).toBeCloseTo(value, 8),
      );
      expect(truth.intrinsics.get(i)?.fxPx).toBe(128);
    }
    expect([...truth.depthIdxs]).toEqual([0, 1, 2]);
    const depth = await truth.readDepth(1);
    expect([depth?.widthPx, depth?.heightPx]).toEqual([80, 60]);
    expect(Math.min(...(depth?.metres ?? []))).toBeGreaterThan(0.3);
  });

  test('labels the pixel where the middle of the blue box appears', async () => {
    const labels = JSON.parse(await readFile(join(root, 'labels.json'), 'utf8')) as LabelTruth;
    const box = labels.instances.find((thing) => thing.name === 'blue box');
    if (!box) throw new Error('no blue box');
    const front: Vec3 = [(box.min[0] + box.max[0]) / 2, (box.min[1] + box.max[1]) / 2, box.max[2] - 0.1];
    const { intrinsics, worldFromCamera } = rendered.cameras[1];
    const pixel = projectPoint(intrinsics, transformPoint(inverse(worldFromCamera), front));
    if (!pixel) throw new Error('behind the camera');
    const at = Math.floor(pixel[1] / 2) * 80 + Math.floor(pixel[0] / 2);
    const read = async (kind: string, space: 'grey16' | 'b-w', depth: 'ushort' | 'uchar'): Promise<number> => {
      const picture = sharp(join(root, kind, 'photo_02.png'))
        .toColourspace(space)
        .raw({ depth });
      const { data, info } = await picture.toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([80, 60, 1]);
      return depth === 'uchar' ? data[at] : data.readUInt16LE(at * 2);
    };
    expect(await read('instances', 'grey16', 'ushort')).toBe(box.id);
    expect(labels.classes[await read('labels', 'b-w', 'uchar')]).toBe('box');
  });
});
