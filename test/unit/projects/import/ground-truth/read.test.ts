// Ground-truth folders of the three layouts, written here with known numbers.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readGroundTruth } from '../../../../../projects/import/ground-truth/read.ts';
import { associate, parseKittiTrajectory } from '../../../../../projects/import/ground-truth/tum-trajectory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ground-truth-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, text: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

const depthPng = (values: number[], width: number): Promise<Uint8Array> =>
  sharp(Uint16Array.from(values), { raw: { width, height: values.length / width, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();

describe('the layout by index', () => {
  const lines = '# comment\n0 1 2 3 0 0 0 1\n2 4 5 6 0 0 0.6 0.8\n';

  test('poses, cameras and depth come out under the place in input order', async () => {
    await put('gt/trajectory_tum.txt', lines);
    await put(
      'gt/intrinsics.json',
      JSON.stringify({ width: 4, height: 2, fx: 5, fy: 6, cx: 2, cy: 1, distortion: [0.1, 0.2, 0, 0] }),
    );
    await put('frames.csv', 'index,image,origin_file,depth\n0,a.jpg,x,d10.png\n1,b.jpg,x,\n2,c.jpg,x,d2.png\n');
    await put('depth/d10.png', await depthPng([0, 1500, 65535, 40000], 2));
    await put('depth/d2.png', await depthPng([1000, 1000, 1000, 1000], 2));
    const truth = await readGroundTruth(folder);
    expect(truth.frameCount).toBe(3);
    expect([...truth.poses.keys()]).toEqual([0, 2]);
    expect(truth.poses.get(2)!.translation).toEqual([4, 5, 6]);
    expect(truth.intrinsics.get(1)).toMatchObject({ widthPx: 4, fyPx: 6, k1: 0.1, k2: 0.2 });
    expect(truth.depthIdxs).toEqual([0, 2]);
    const depth = await truth.readDepth(0);
    expect([depth!.widthPx, depth!.heightPx]).toEqual([2, 2]);
    [0, 1.5, 0, 40].forEach((metres, i) => expect(depth!.metres[i]).toBeCloseTo(metres, 6));
    expect(await truth.readDepth(1)).toBeNull();
  });

  test('the gt folder itself may be named, and cameras may differ from picture to picture', async () => {
    await put('gt/trajectory_tum.txt', lines);
    await put('images/b.jpg', '');
    await put('images/a.jpg', '');
    await put('images/a10.jpg', '');
    await put(
      'gt/intrinsics.json',
      JSON.stringify({ per_image: { 'a10.jpg': { width: 4, height: 2, fx: 7, fy: 7, cx: 2, cy: 1 } } }),
    );
    const truth = await readGroundTruth(join(folder, 'gt'));
    expect([...truth.intrinsics].map(([i, camera]) => [i, camera.fxPx])).toEqual([[1, 7]]);
    expect(truth.depthIdxs).toEqual([]);
  });

  test('a damaged line is named', async () => {
    await put('gt/trajectory_tum.txt', '0 1 2 3 0 0 0 1\n1 nonsense\n');
    await expect(readGroundTruth(folder)).rejects.toMatchObject({
      code: 'ground-truth-unreadable',
      message: expect.stringContaining('line 2'),
    });
  });

  test('a depth picture that is none is named', async () => {
    await put('gt/trajectory_tum.txt', lines);
    await put('depth/0.png', 'no picture');
    const truth = await readGroundTruth(folder);
    await expect(truth.readDepth(0)).rejects.toMatchObject({ code: 'ground-truth-unreadable' });
  });
});

test('a TUM RGB-D folder is matched by time, its depth has 5000 units per metre', async () => {
  await put('rgb.txt', '# color\n10.00 rgb/10.png\n10.50 rgb/11.png\n');
  await put('depth.txt', '10.01 depth/a.png\n10.60 depth/b.png\n');
  await put('groundtruth.txt', '9.995 1 0 0 0 0 0 1\n10.2 2 0 0 0 0 0 1\n10.51 3 0 0 0 0 0 1\n');
  await put('depth/a.png', await depthPng([5000, 2500], 2));
  const truth = await readGroundTruth(folder);
  expect([...truth.poses].map(([i, pose]) => [i, pose.translation[0]])).toEqual([
    [0, 1],
    [1, 3],
  ]);
  expect(truth.depthIdxs).toEqual([0]);
  expect([...(await truth.readDepth(0))!.metres]).toEqual([1, 0.5]);
  expect(truth.intrinsics.size).toBe(0);
});

test('a 7-Scenes folder holds a matrix per frame, and 65535 is no depth', async () => {
  await put('frame-000000.pose.txt', '1 0 0 5\n0 1 0 6\n0 0 1 7\n0 0 0 1\n');
  await put('frame-000010.pose.txt', '0 -1 0 1\n1 0 0 2\n0 0 1 3\n0 0 0 1\n');
  await put('frame-000010.depth.png', await depthPng([2000, 65535], 2));
  const truth = await readGroundTruth(folder);
  expect(truth.frameCount).toBe(2);
  expect(truth.poses.get(0)!.translation).toEqual([5, 6, 7]);
  // A quarter turn about z.
  expect(truth.poses.get(1)!.rotation[2]).toBeCloseTo(Math.SQRT1_2, 12);
  expect(truth.depthIdxs).toEqual([1]);
  expect([...(await truth.readDepth(1))!.metres]).toEqual([2, 0]);
});

test('a folder of nothing is refused with a sentence', async () => {
  await expect(readGroundTruth(folder)).rejects.toMatchObject({ code: 'ground-truth-unreadable' });
});

test('KITTI lines are matrices', () => {
  expect(parseKittiTrajectory('1 0 0 1 0 1 0 2 0 0 1 3')[0].translation).toEqual([1, 2, 3]);
});

test('times are matched to the closest, both ways round, and not beyond the limit', () => {
  const at = (...times: number[]) => times.map((timestampS) => ({ timestampS }));
  expect(associate(at(1, 2, 3), at(2.01, 9), 0.02)).toEqual([[1, 0]]);
  expect(associate(at(2.01, 9), at(1, 2, 3), 0.02)).toEqual([[0, 1]]);
});
