// Poses that COLMAP and transforms.json leave beside the photos.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fittedPrior } from '../../../../../projects/import/foreign/fitted-prior.ts';
import { priorsOf } from '../../../../../projects/import/foreign/priors.ts';
import { pinhole } from '../../../../../projects/format/intrinsics.ts';
import { identitySim3, transformPoint, type Vec3 } from '../../../../../projects/format/sim3.ts';
import { temporaryFolder } from '../../../../support/project-fixtures.ts';

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
const close = (expected: Vec3) => expected.map((value) => expect.closeTo(value, 9));

/** A quarter turn about y, then 1 2 3: x_camera = R x_world + t. */
const half = Math.SQRT1_2;
const cameraFromWorld = [half, 0, half, 0, 1, 2, 3];
/** The camera centre −Rᵀt, and the world point that the camera sees at (0, 0, 1). */
const centre: Vec3 = [3, -2, -1];

describe('COLMAP', () => {
  const text = {
    'sparse/0/cameras.txt':
      '# comment\n1 PINHOLE 640 480 500 510 320 240\n2 OPENCV 640 480 500 500 320 240 0.1 0.01 0.001 0\n3 FOV 640 480 500 500 320 240 1\n',
    'sparse/0/images.txt': `# comment\n1 ${cameraFromWorld.join(' ')} 1 day 1/a b.jpg\n10.0 20.0 -1\n2 1 0 0 0 0 0 0 2 c.jpg\n\n3 1 0 0 0 0 0 0 3 d.jpg\n\n`,
  };
  const binary = (): Record<string, Buffer> => {
    const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
    const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
    const f64 = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);
    const name = (value: string) => Buffer.from(`${value}\0`);
    return {
      'sparse/0/cameras.bin': Buffer.concat([
        u64(2),
        u32(1),
        u32(1),
        u64(640),
        u64(480),
        f64(500, 510, 320, 240),
        u32(2),
        u32(4),
        u64(640),
        u64(480),
        f64(500, 500, 320, 240, 0.1, 0.01, 0.001, 0),
      ]),
      'sparse/0/images.bin': Buffer.concat([
        u64(2),
        u32(1),
        f64(...cameraFromWorld),
        u32(1),
        name('day 1/a b.jpg'),
        u64(1),
        f64(10, 20),
        u64(7),
        u32(2),
        f64(1, 0, 0, 0, 0, 0, 0),
        u32(2),
        name('c.jpg'),
        u64(0),
      ]),
    };
  };

  for (const [kind, files] of [
    ['text', text],
    ['binary', binary()],
  ] as const)
    test(`as ${kind} gives poses and intrinsics by file name`, async () => {
      const priors = await priorsOf(await folderOf(files));
      expect(priors?.tool).toBe('COLMAP');
      const prior = priors?.ofFile('images/day 1/a b.jpg');
      expect(prior?.intrinsics).toEqual({
        widthPx: 640,
        heightPx: 480,
        fxPx: 500,
        fyPx: 510,
        cxPx: 320,
        cyPx: 240,
        k1: 0,
        k2: 0,
      });
      expect(prior?.worldFromCamera.translation).toEqual(close(centre));
      // The inverse of the stored pose takes its own translation to the origin of the world.
      expect(prior && transformPoint(prior.worldFromCamera, [1, 2, 3])).toEqual(close([0, 0, 0]));
      expect(priors?.ofFile('c.jpg')?.intrinsics).toMatchObject({ k1: 0.1, k2: 0.01 });
      expect(priors?.notices).toContain('Tangential and higher distortion terms of COLMAP are left out.');
      expect(priors?.ofFile('unknown.jpg')).toBeNull();
    });

  test('with a camera model that is not a radial pinhole says so', async () => {
    const priors = await priorsOf(await folderOf(text));
    expect(priors?.ofFile('d.jpg')).toBeNull();
    expect(priors?.notices).toContain(
      'Cameras of the model FOV are not used: only pinholes with radial distortion are.',
    );
  });

  test('that is cut off is refused with a sentence', async () => {
    const files = binary();
    const folder = await folderOf({ ...files, 'sparse/0/images.bin': files['sparse/0/images.bin'].subarray(0, 60) });
    await expect(priorsOf(folder)).rejects.toMatchObject({
      code: 'bad-input',
      message: 'The request was not understood: the COLMAP project cannot be read (the file is cut off).',
    });
  });
});

describe('transforms.json', () => {
  test('gives poses with our axes: looking along z, y down', async () => {
    const matrix = [
      [1, 0, 0, 4],
      [0, 1, 0, 5],
      [0, 0, 1, 6],
      [0, 0, 0, 1],
    ];
    const shared = { w: 800, h: 600, fl_x: 700, cx: 401, cy: 299, k1: 0.02 };
    const frames = [
      { file_path: './images/1.png', transform_matrix: matrix },
      { file_path: 'train/r_0', transform_matrix: matrix, fl_x: 900, fl_y: 901 },
    ];
    const priors = await priorsOf(await folderOf({ 'transforms.json': JSON.stringify({ ...shared, frames }) }));
    const prior = priors?.ofFile('images/1.png');
    expect(prior?.intrinsics).toEqual({
      widthPx: 800,
      heightPx: 600,
      fxPx: 700,
      fyPx: 700,
      cxPx: 401,
      cyPx: 299,
      k1: 0.02,
      k2: 0,
    });
    // One unit ahead of an OpenGL camera without rotation is −z of the world; one unit down is −y.
    expect(prior && transformPoint(prior.worldFromCamera, [0, 0, 1])).toEqual(close([4, 5, 5]));
    expect(prior && transformPoint(prior.worldFromCamera, [0, 1, 0])).toEqual(close([4, 4, 6]));
    expect(priors?.ofFile('train/r_0.png')?.intrinsics).toMatchObject({ fxPx: 900, fyPx: 901 });
  });

  test('that is broken is refused with a sentence', async () => {
    await expect(priorsOf(await folderOf({ 'transforms.json': '{"frames": 3}' }))).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(priorsOf(await folderOf({ 'transforms.json': '{' }))).rejects.toMatchObject({ code: 'bad-input' });
  });
});

test('a folder of photos alone has no priors', async () => {
  expect(await priorsOf(await folderOf({ 'a.jpg': 'x' }))).toBeNull();
});

test('a known camera is scaled to the photo, and left out when the photo has another shape', () => {
  const prior = { worldFromCamera: identitySim3, intrinsics: pinhole(800, 600, 700) };
  expect(fittedPrior(prior, { widthPx: 1600, heightPx: 1200 })?.intrinsics).toMatchObject({
    fxPx: 1400,
    cxPx: 800,
    widthPx: 1600,
  });
  expect(fittedPrior(prior, { widthPx: 600, heightPx: 800 })).toBeNull();
  expect(fittedPrior(null, { widthPx: 600, heightPx: 800 })).toBeNull();
});
