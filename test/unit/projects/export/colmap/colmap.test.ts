// COLMAP itself reads both models: its analyser counts them, its converter turns one into the other.
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { colmapCamera } from '../../../../../projects/export/colmap/model.ts';
import { exportProject } from '../../../../../projects/export/export-project.ts';
import { photoNames } from '../../../../../projects/export/photo-names.ts';
import { pinhole, projectPoint } from '../../../../../projects/format/intrinsics.ts';
import { angleBetween, inverse, transformPoint, type Quaternion } from '../../../../../projects/format/sim3.ts';
import { renderedRun, type RenderedRun } from '../../../../support/export-source.ts';

let folder = '';
let run: RenderedRun;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-colmap-'));
  run = renderedRun();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const offscreen = { ...process.env, QT_QPA_PLATFORM: 'offscreen' };

async function colmap(command: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('colmap', [command, ...args], { env: offscreen });
  return stdout + stderr;
}

/** `npm test` must pass on a bare machine; what was not looked at there is said, and `.ci/run` installs COLMAP. */
const hasColmap = spawnSync('colmap', ['help'], { env: offscreen }).status === 0;
if (!hasColmap)
  console.warn(
    'not run: COLMAP reads our models, because it is not installed (Debian, Ubuntu: apt-get install colmap)',
  );

const lines = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\n').filter((line) => !line.startsWith('#'));

if (hasColmap)
  describe('COLMAP itself', () => {
    test('analyses our model, binary and text alike', async () => {
      const { path } = await exportProject({ format: 'colmap', outPath: join(folder, 'model'), source: run });
      for (const model of ['sparse/0', 'sparse_text']) {
        const said = await colmap('model_analyzer', '--path', join(path, model));
        expect(said).toMatch(/Cameras: 1\b/);
        expect(said).toMatch(/Registered images: 3\b/);
        expect(said).toMatch(new RegExp(`Points: ${3 * 64 * 48}\\b`));
        // Cameras on a short arc see most of the room together; what is hidden from one or outside of it keeps a track of one or two.
        const length = Number(/Mean track length: ([\d.]+)/.exec(said)?.[1]);
        expect(length).toBeGreaterThan(1.7);
        expect(length).toBeLessThan(3);
        expect(said).toMatch(/Mean reprojection error: 0(\.0+)?px/);
      }
    });

    test('converts it to text with the true poses, names and pixels', async () => {
      const { path } = await exportProject({ format: 'colmap', outPath: join(folder, 'model'), source: run });
      const back = join(folder, 'back');
      await mkdir(back);
      await colmap(
        'model_converter',
        '--input_path',
        join(path, 'sparse/0'),
        '--output_path',
        back,
        '--output_type',
        'TXT',
      );
      const [camera] = await lines(join(back, 'cameras.txt'));
      expect(camera).toBe('1 PINHOLE 64 48 51.200000000000003 51.200000000000003 32 24');
      const images = await lines(join(back, 'images.txt'));
      const seen = new Set<number>();
      for (let i = 0; i < 3; i++) {
        const [id, qw, qx, qy, qz, tx, ty, tz, , name] = images[i * 2].split(' ');
        const at = Number(id) - 1;
        seen.add(at);
        const truth = inverse(run.cameras[at].worldFromCamera);
        const rotation: Quaternion = [Number(qx), Number(qy), Number(qz), Number(qw)];
        expect(angleBetween(rotation, truth.rotation)).toBeLessThan(1e-12);
        [tx, ty, tz].forEach((value, k) => expect(Number(value)).toBeCloseTo(truth.translation[k], 12));
        expect(name).toBe(`photo_0${at}.jpg`);
        // Its own points lie in the middle of pixels.
        const row = images[i * 2 + 1].split(' ').map(Number);
        const own = row.findIndex((value, k) => k % 3 === 2 && value === at * 64 * 48 + 1);
        expect([(row[own - 2] % 1) - 0.5, (row[own - 1] % 1) - 0.5]).toEqual([0, 0]);
      }
      expect(seen.size).toBe(3);
      // Every point projects to the pixel it was seen at: 1e-3 px, for float32 coordinates of a few metres and 51 px focal length.
      for (const line of (await lines(join(back, 'points3D.txt'))).filter((text) => text !== '').slice(0, 500)) {
        const [, x, y, z, , , , , ...track] = line.split(' ').map(Number);
        for (let k = 0; k < track.length; k += 2) {
          const [imageId, idx] = track.slice(k, k + 2);
          const { intrinsics, worldFromCamera } = run.cameras[imageId - 1];
          const pixel = projectPoint(intrinsics, transformPoint(inverse(worldFromCamera), [x, y, z]));
          const row =
            images.find((_, at) => at % 2 === 1 && images[at - 1].startsWith(`${imageId} `))?.split(' ') ?? [];
          expect(pixel?.[0]).toBeCloseTo(Number(row[idx * 3]), 3);
          expect(pixel?.[1]).toBeCloseTo(Number(row[idx * 3 + 1]), 3);
        }
      }
    });
  });

describe('A COLMAP model', () => {
  test('in text form has two lines per image, and an even number of lines in all', async () => {
    const { path } = await exportProject({ format: 'colmap', outPath: join(folder, 'model'), source: run });
    const text = await readFile(join(path, 'sparse_text/images.txt'), 'utf8');
    expect(text.endsWith('\n')).toBe(true);
    expect((text.split('\n').length - 1) % 2).toBe(0);
    expect((await lines(join(path, 'sparse_text/images.txt'))).length).toBe(3 * 2 + 1);
  });

  test('says when points were thinned', async () => {
    const { notices } = await exportProject({
      format: 'colmap',
      outPath: join(folder, 'model'),
      source: run,
      options: { maxCount: 300 },
    });
    expect(notices).toEqual(['Points were thinned to a fair sample of 300.']);
  });
});

describe('Cameras and names', () => {
  test('use the simplest model that says the same', () => {
    const plain = pinhole(640, 480, 500);
    expect(colmapCamera(plain).model).toBe('PINHOLE');
    expect(colmapCamera({ ...plain, k1: 0.1 })).toMatchObject({ model: 'RADIAL', params: [500, 320, 240, 0.1, 0] });
    expect(colmapCamera({ ...plain, fyPx: 501, k1: 0.1 }).params).toEqual([500, 501, 320, 240, 0.1, 0, 0, 0]);
  });

  test('stay apart when two folders hold photos of one name', () => {
    const [a] = run.photos;
    const names = photoNames([
      { ...a, path: '/x/left/1.jpg' },
      { ...a, path: '/x/right/1.jpg' },
      { ...a, path: '/x/2.jpg' },
    ]);
    expect(names).toEqual(['x/left/1.jpg', 'x/right/1.jpg', '2.jpg']);
  });
});
