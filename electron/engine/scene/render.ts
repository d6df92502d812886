// A picture of the scene from any camera as a PNG: colour, depth, or the words of a label set.

import sharp, { type Sharp } from 'sharp';
import type { RenderRequest, SceneFrame } from '../../contract/scene-requests.ts';
import { renderGaussians, type PlacedGaussians, type RenderedView } from '../../../models/geometry/render-gaussians.ts';
import { noFeature } from '../../../projects/format/gaussian-chunk.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { writeDurably } from '../durable-file.ts';
import { labelsOf } from './ask.ts';
import { goneTest } from './gone-splats.ts';
import { readGaussians } from './scene-files.ts';

/** @throws StudioFailure nothing-to-ask, not-found, chunk-damaged, disk-full, project-not-writable, export-failed */
export async function renderToFile(request: RenderRequest): Promise<{ coverage: number }> {
  const { frames, worldFromCamera, intrinsics, kind, labels, outPath } = request;
  const scene = await placedGaussians(frames);
  if (scene.length === 0) throw new StudioFailure('nothing-to-ask');
  if (kind === 'labels') await codesByLabel(scene, request);
  const view = renderGaussians(scene, worldFromCamera, intrinsics);
  try {
    // sharp would tell a full disk in six lines of its library.
    await writeDurably(outPath, await picture(view, kind, labels.colors).png().toBuffer());
  } catch (error) {
    if (error instanceof StudioFailure) throw error;
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

/** Each splat gets the index of its label for a code, so that the front one of a pixel tells its label. */
async function codesByLabel(scene: readonly PlacedGaussians[], { frames, labels }: RenderRequest): Promise<void> {
  const { labels: labelOf, scene: ordered } = await labelsOf({ ...labels, frames });
  scene.forEach(({ columns }, f) => {
    const own = labelOf.subarray(ordered.starts[f], ordered.starts[f + 1]);
    columns.featureIdx = Uint16Array.from(own, (label) => (label === 255 ? noFeature : label));
  });
}

function picture(view: RenderedView, kind: RenderRequest['kind'], colors: readonly string[]): Sharp {
  const { widthPx: width, heightPx: height } = view;
  if (kind === 'depth') {
    const thousandths = Uint16Array.from(view.depths, (z) => (z > 0 ? Math.min(65535, Math.round(z * 1000)) : 0));
    return sharp(thousandths, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
  }
  if (kind === 'color') return sharp(view.rgb, { raw: { width, height, channels: 3 } });
  const rgb = new Uint8Array(3 * width * height);
  const bytes = colors.map((color) => Buffer.from(color.slice(1), 'hex'));
  view.featureIdx.forEach((label, at) => {
    if (label !== noFeature) rgb.set(bytes[label], 3 * at);
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}
