// Features that know depth give the geometry of a room back, features that know colour its texture, and neither gives the other.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  depthErrors,
  fitProbe,
  probedFrame,
  readOutScene,
  type ProbedFrame,
} from '../../../../../models/evaluate/feature-probe/probe.ts';
import type { ProbeKind } from '../../../../../models/evaluate/feature-probe/splat-targets.ts';
import { comparePictures } from '../../../../../models/evaluate/pictures.ts';
import { depthViewOf, gaussiansFromPoints } from '../../../../../models/geometry/gaussians.ts';
import { renderGaussians, type PlacedGaussians } from '../../../../../models/geometry/render-gaussians.ts';
import type { FeatureGrid } from '../../../../../models/run/photo-features.ts';
import { arcCameras, boxRoom } from '../../../../../projects/sample/presets.ts';
import { columnsOf, renderFrames, type RenderedFrame } from '../../../../support/rendered-frames.ts';

const [widthPx, heightPx] = [64, 48];
let folder: string;
let held: RenderedFrame;
let kept: RenderedFrame[];
let frames: ProbedFrame[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'permanence-probe-'));
  const rendered = await renderFrames(boxRoom(), arcCameras(5, widthPx, heightPx, 50), folder);
  held = rendered[2];
  kept = rendered.filter((each) => each !== held);
  frames = kept.map(({ view, camera }) => {
    const points = columnsOf(view, camera);
    const own = depthViewOf(points, camera.worldFromCamera, camera.intrinsics, null);
    const columns = gaussiansFromPoints(points, own, []);
    return probedFrame({ columns, worldFromCamera: camera.worldFromCamera }, camera.intrinsics, 1);
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** What an encoder that knows just this would say of a photo, pixel by pixel. */
function gridOf({ view }: RenderedFrame, knows: 'depth' | 'colour' | 'nothing'): FeatureGrid {
  const dim = 3;
  const vectors = new Float32Array(dim * widthPx * heightPx);
  for (let i = 0; i < widthPx * heightPx; i++)
    for (let k = 0; k < dim; k++)
      vectors[dim * i + k] =
        knows === 'colour' ? view.rgb[3 * i + k] : knows === 'depth' ? Math.log(view.depth[i]) : Math.sin(i * (k + 1));
  return { rows: heightPx, cols: widthPx, dim, vectors, place: { left: 0, top: 0, width: 1, height: 1 } };
}

/** Over what the splats themselves cover. */
const psnrOf = (scene: readonly PlacedGaussians[]): number => {
  const { worldFromCamera, intrinsics } = held.camera;
  const seen = Uint8Array.from(
    renderGaussians(frames, worldFromCamera, intrinsics).coverage,
    (share) => +(share > 0.5),
  );
  const { rgb } = renderGaussians(scene, worldFromCamera, intrinsics);
  return comparePictures({ widthPx, heightPx, data: rgb }, { widthPx, heightPx, data: held.view.rgb }, seen).psnr;
};
const psnrBy = (knows: 'depth' | 'colour' | 'nothing', kind: ProbeKind): number => {
  const grids = kept.map((frame) => gridOf(frame, knows));
  return psnrOf(readOutScene(kind, frames, grids, fitProbe(frames, grids)));
};

test('geometry is known by what knows depth', () => {
  const byDepth = psnrBy('depth', 'geometry');
  expect(byDepth).toBeGreaterThan(psnrOf(frames) - 0.5);
  expect(byDepth).toBeGreaterThan(psnrBy('colour', 'geometry') + 0.5);
  expect(byDepth).toBeGreaterThan(psnrBy('nothing', 'geometry') + 0.8);
});

test('texture is known by what knows colour', () => {
  const byColour = psnrBy('colour', 'texture');
  expect(byColour).toBeGreaterThan(psnrOf(frames) - 0.1);
  expect(byColour).toBeGreaterThan(psnrBy('depth', 'texture') + 0.8);
});

test('the depth of a photo that was left out is read from its own features', () => {
  const errors = (knows: 'depth' | 'nothing'): ReturnType<typeof depthErrors> => {
    const readout = fitProbe(
      frames,
      kept.map((frame) => gridOf(frame, knows)),
    );
    const points = columnsOf(held.view, held.camera);
    return depthErrors([{ points, intrinsics: held.camera.intrinsics, grid: gridOf(held, knows) }], readout);
  };
  expect(errors('depth').absRel).toBeLessThan(0.03);
  expect(errors('depth').delta125).toBeGreaterThan(0.97);
  expect(errors('nothing').absRel).toBeGreaterThan(0.1);
});

test('of many splats a prefix takes part, grown so that nothing shows through', () => {
  const [{ columns, intrinsics, worldFromCamera }] = frames;
  const quarter = probedFrame({ columns, worldFromCamera }, intrinsics, 0.25);
  expect(quarter.columns.count).toBe(Math.ceil(columns.count / 4));
  expect(quarter.columns.logScales[0]).toBeCloseTo(columns.logScales[0] + Math.log(2), 5);
});
