// Coarse splats of a rendered scene become sharp: measured on a photo that nobody has shown to the optimiser.
import { afterEach, expect, test } from 'vitest';
import { comparePictures } from '../../../../../models/evaluate/pictures.ts';
import { depthViewOf, gaussiansFromPoints } from '../../../../../models/geometry/gaussians.ts';
import { renderGaussians, type PlacedGaussians } from '../../../../../models/geometry/render-gaussians.ts';
import { Blend } from '../../../../../models/geometry/splat-optimisation/blend.ts';
import { Ellipses, projectSplats } from '../../../../../models/geometry/splat-optimisation/ellipses.ts';
import { heldOut, SplatPolish, type PolishOutcome } from '../../../../../models/geometry/splat-optimisation/polish.ts';
import { columnsOf, stride, valuesOf } from '../../../../../models/geometry/splat-optimisation/splat-values.ts';
import { viewOf, type View } from '../../../../../models/geometry/splat-optimisation/view.ts';
import type { RgbImage } from '../../../../../models/run/reconstructor.ts';
import { pinhole, resized, type Intrinsics } from '../../../../../projects/format/intrinsics.ts';
import { multiplyQuaternions, normalizedQuaternion, type Sim3 } from '../../../../../projects/format/sim3.ts';
import { columnsOf as pointsOf } from '../../../../support/rendered-frames.ts';
import { renderScene } from '../../../../support/textured-scene.ts';

const camera = pinhole(64, 48, 60);
/** Points lie on a grid half as fine as the photos, as plane sweeps leave them. */
const grid = resized(camera, 32, 24);
const poseAt = (x: number, scale = 1): Sim3 => ({
  rotation: [0, Math.sin(-x / 12), 0, Math.cos(-x / 12)],
  translation: [x, 0.1 * x, 0],
  scale,
});
const places = [-0.9, -0.6, -0.3, 0.1, 0.4, 0.7, 1];

interface Photo {
  image: RgbImage;
  pose: Sim3;
}

function photosOf(lens: Intrinsics = camera): Photo[] {
  // Frames of a learned method have scales of their own; positions in camera axes are smaller then by as much.
  return places.map((x, i) => ({ image: renderScene(lens, poseAt(x)).image, pose: poseAt(x, 1 + 0.2 * (i % 2)) }));
}

function splatsOf(photos: readonly Photo[]): PlacedGaussians[] {
  return photos.map(({ pose }) => {
    const { image, depth } = renderScene(grid, { ...pose, scale: 1 });
    const columns = pointsOf(
      { widthPx: 32, heightPx: 24, rgb: image.data, depth: depth.map((z) => z / pose.scale) },
      { intrinsics: grid },
    );
    return { columns: gaussiansFromPoints(columns, depthViewOf(columns, pose, grid, null), []), worldFromCamera: pose };
  });
}

function viewsOf(photos: readonly Photo[], scene: readonly PlacedGaussians[], lens = camera): View[] {
  let from = 0;
  return photos.map(({ image, pose }, i) => {
    const own = { from, to: (from += scene[i].columns.count) };
    return viewOf(image, lens, pose, own);
  });
}

function valuesFrom(scene: readonly PlacedGaussians[]): Float32Array {
  const values = new Float32Array(stride * scene.reduce((sum, { columns }) => sum + columns.count, 0));
  valuesOf(scene, values);
  return values;
}

function backTo(scene: readonly PlacedGaussians[], values: Float32Array): PlacedGaussians[] {
  let start = 0;
  return scene.map(({ columns, worldFromCamera }) => {
    const changed = columnsOf(values, start, worldFromCamera, columns);
    start += columns.count;
    return { columns: changed, worldFromCamera };
  });
}

/** The splats of a polish that was worth it. */
function changed(values: Float32Array | null): Float32Array {
  if (values === null) throw new Error('Nothing was polished.');
  return values;
}

/** From a place between two photos. */
function scoreOf(scene: readonly PlacedGaussians[]): { psnr: number; ssim: number } {
  const pose = poseAt(0.25);
  const view = renderGaussians(scene, pose, camera);
  return comparePictures({ widthPx: 64, heightPx: 48, data: view.rgb }, renderScene(camera, pose).image, null);
}

let polish: SplatPolish | null = null;
afterEach(async () => {
  await polish?.dispose();
  polish = null;
});

async function polished(values: Float32Array, views: readonly View[], workers: number): Promise<PolishOutcome> {
  polish = await SplatPolish.begin(values, views, { workers, looks: 72 });
  while (!(await polish.advance()));
  return polish.outcome();
}

test('splats there and back are the splats they were, in frames of any scale', () => {
  const scene = splatsOf(photosOf().slice(0, 2));
  const again = backTo(scene, valuesFrom(scene));
  scene.forEach(({ columns }, f) => {
    const { columns: back } = again[f];
    expect(back.count).toBe(columns.count);
    expect(back.featureIdx).toEqual(columns.featureIdx);
    columns.means.forEach((value, i) => expect(Math.abs(back.means[i] - value)).toBeLessThan(1e-5));
    columns.logScales.forEach((value, i) => expect(Math.abs(back.logScales[i] - value)).toBeLessThan(1e-5));
    columns.colors.forEach((value, i) => expect(Math.abs(back.colors[i] - value)).toBeLessThanOrEqual(1));
    for (let i = 0; i < columns.count; i++) {
      const dot = [0, 1, 2, 3].reduce((sum, k) => sum + back.rotations[4 * i + k] * columns.rotations[4 * i + k], 0);
      expect(Math.abs(dot) / 32767 ** 2).toBeCloseTo(1, 3);
    }
  });
});

test('the optimiser draws the picture that the studio draws', () => {
  const scene = splatsOf(photosOf().slice(0, 3));
  const values = valuesFrom(scene);
  const pose = poseAt(-0.4);
  const expected = renderGaussians(scene, pose, camera, [0, 0, 0]);
  const ellipses = new Ellipses(values.length / stride);
  const blend = new Blend(64, 48);
  const [view] = viewsOf([{ image: { widthPx: 64, heightPx: 48, data: expected.rgb }, pose }], scene);
  projectSplats(values, values.length / stride, view.pose, camera, ellipses);
  blend.draw(ellipses);
  let worst = 0;
  for (let i = 0; i < 64 * 48; i++)
    for (let k = 0; k < 3; k++)
      worst = Math.max(worst, Math.abs(255 * blend.pixels[4 * i + 1 + k] - expected.rgb[3 * i + k]));
  // One step is the rounding of the picture; another that of opacities above 0.99.
  expect(worst).toBeLessThan(2.5);
});

test('a view that no photo shows gains more than 3 dB, on threads and without', async () => {
  const photos = photosOf();
  const scene = splatsOf(photos);
  const before = scoreOf(scene);
  for (const workers of [0, 2]) {
    const { values, used, held } = await polished(valuesFrom(scene), viewsOf(photos, scene), workers);
    const after = scoreOf(backTo(scene, changed(values)));
    expect(after.psnr - before.psnr).toBeGreaterThan(3);
    expect(after.ssim - before.ssim).toBeGreaterThan(0.05);
    expect(held.photos).toBe(1);
    expect(held.psnrAfter - held.psnrBefore).toBeGreaterThan(2);
    expect(used.photos).toBe(6);
    expect(used.psnrAfter - used.psnrBefore).toBeGreaterThan(3);
  }
});

test('a photo taken with another exposure does not make the scene brighter', async () => {
  const photos = photosOf();
  const scene = splatsOf(photos);
  const bright = photos.map((photo, i) =>
    i === 1
      ? { ...photo, image: { ...photo.image, data: photo.image.data.map((v) => Math.min(255, 1.2 * v)) } }
      : photo,
  );
  const { values } = await polished(valuesFrom(scene), viewsOf(bright, scene), 0);
  expect(scoreOf(backTo(scene, changed(values))).psnr - scoreOf(scene).psnr).toBeGreaterThan(2);
});

test('poses that are wrong by a pixel do not blur the splats', async () => {
  const photos = photosOf();
  const scene = splatsOf(photos);
  // The photos were taken from beside where their poses say: a turn of a pixel, another way each.
  const beside = photos.map(({ pose }, i) => {
    const [x, y] = [Math.cos(2.4 * i) / 60, Math.sin(2.4 * i) / 60];
    const rotation = normalizedQuaternion(multiplyQuaternions(pose.rotation, [x / 2, y / 2, 0, 1]));
    return { image: renderScene(camera, { ...pose, scale: 1, rotation }).image, pose };
  });
  const { values } = await polished(valuesFrom(scene), viewsOf(beside, scene), 0);
  expect(scoreOf(backTo(scene, changed(values))).psnr - scoreOf(scene).psnr).toBeGreaterThan(2.5);
});

test('photos of a bent lens are straightened first', async () => {
  const lens = { ...camera, k1: -0.12 };
  const straight = photosOf();
  const scene = splatsOf(straight);
  const { values } = await polished(valuesFrom(scene), viewsOf(photosOf(lens), scene, lens), 0);
  expect(scoreOf(backTo(scene, changed(values))).psnr - scoreOf(scene).psnr).toBeGreaterThan(2.5);
});

test('photos that say nothing about the scene change nothing', async () => {
  const photos = photosOf();
  const scene = splatsOf(photos);
  const noise = photos.map(({ image, pose }, i) => ({
    pose,
    // Those that are used show stripes; the one that is kept out shows the scene.
    image: i === heldOut(7)[0] ? image : { ...image, data: image.data.map((_, at) => (at % 17 < 8 ? 250 : 5)) },
  }));
  const { values, held } = await polished(valuesFrom(scene), viewsOf(noise, scene), 0);
  expect(values).toBeNull();
  expect(held.psnrAfter).toBe(held.psnrBefore);
});

test('two photos are too few: none could be kept out', async () => {
  const photos = photosOf().slice(0, 2);
  const scene = splatsOf(photos);
  await expect(SplatPolish.begin(valuesFrom(scene), viewsOf(photos, scene), { workers: 0 })).rejects.toThrow(
    /at least 3/,
  );
  expect(heldOut(3)).toEqual([1]);
  expect(heldOut(24)).toEqual([4, 12, 20]);
  expect(heldOut(500)).toHaveLength(8);
});
