// A picture of the scene from any camera as a PNG: colour, depth, or kinds of surface.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { RenderRequest, SceneFrame } from '../../contract/scene-requests.ts';
import { renderGaussians, type PlacedGaussians, type RenderedView } from '../../../models/geometry/render-gaussians.ts';
import { surfaceOfCode } from '../../../models/language/codebook.ts';
import { surfaceKinds } from '../../../models/language/surface.ts';
import { noFeature } from '../../../projects/format/gaussian-chunk.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { goneTest } from './gone-splats.ts';
import { readGaussians } from './scene-files.ts';

/** sRGB of each kind of surface, in the order of `surfaceKinds`: quiet tones that stay apart. */
const surfaceColors: readonly (readonly [number, number, number])[] = [
  [90, 96, 104],
  [150, 116, 84],
  [226, 220, 205],
  [122, 150, 178],
  [214, 158, 66],
  [120, 170, 120],
  [164, 124, 180],
  [200, 110, 110],
];

/** @throws StudioFailure nothing-to-ask, not-found, chunk-damaged, export-failed */
export async function renderToFile({
  frames,
  worldFromCamera,
  intrinsics,
  kind,
  outPath,
}: RenderRequest): Promise<{ coverage: number }> {
  const scene = await placedGaussians(frames);
  if (scene.length === 0) throw new StudioFailure('nothing-to-ask');
  const view = renderGaussians(scene, worldFromCamera, intrinsics);
  try {
    await mkdir(dirname(outPath), { recursive: true });
    await picture(view, kind).png().toFile(outPath);
  } catch (error) {
    throw new StudioFailure('export-failed', { reason: error instanceof Error ? error.message : String(error) });
  }
  return { coverage: view.coverage.reduce((sum, c) => sum + c, 0) / view.coverage.length };
}

async function placedGaussians(frames: readonly SceneFrame[]): Promise<PlacedGaussians[]> {
  const scene: PlacedGaussians[] = [];
  for (const frame of frames)
    if (frame.gaussians !== null) {
      const columns = await readGaussians(frame.gaussians.path);
      const isGone = goneTest(frame, columns.means);
      if (isGone) for (let i = 0; i < columns.count; i++) if (isGone(i)) columns.colors[4 * i + 3] = 0;
      scene.push({ columns, worldFromCamera: frame.worldFromCamera });
    }
  return scene;
}

function picture(view: RenderedView, kind: RenderRequest['kind']): Sharp {
  const { widthPx: width, heightPx: height } = view;
  if (kind === 'depth') {
    const thousandths = Uint16Array.from(view.depths, (z) => (z > 0 ? Math.min(65535, Math.round(z * 1000)) : 0));
    return sharp(thousandths, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
  }
  if (kind === 'color') return sharp(view.rgb, { raw: { width, height, channels: 3 } });
  const rgb = new Uint8Array(3 * width * height);
  view.featureIdx.forEach((code, at) => {
    if (code !== noFeature) rgb.set(surfaceColors[surfaceKinds.indexOf(surfaceOfCode(code))], 3 * at);
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}
