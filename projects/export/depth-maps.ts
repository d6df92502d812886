// Depth of every shown photo as a 16-bit PNG on the grid its points were seen on, with one JSON that says what a step is.

import { join } from 'node:path';
import sharp from 'sharp';
import { inverse, transformPoint } from '../format/sim3.ts';
import { StudioFailure } from '../format/result.ts';
import type { ExportFiles } from './file-sink.ts';
import { photoNames } from './photo-names.ts';
import type { VisibleScene } from './visible.ts';

/** Longest side of a depth map: the grids of our methods are not finer. */
const maxSidePx = 2048;

interface DepthFile {
  photo: string;
  file: string;
  widthPx: number;
  heightPx: number;
  /** Share 0…1 of pixels with depth. */
  covered: number;
}

interface DepthMap {
  frameIdx: number;
  steps: Uint16Array;
  widthPx: number;
  heightPx: number;
}

/** Writes `<photo>.png` per photo and `depth.json` under `folder`. Value · unitsPerStep is depth along the viewing axis; 0 is none. */
export async function writeDepth(files: ExportFiles, folder: string, scene: VisibleScene): Promise<string[]> {
  const frames = scene.requireFrames();
  const names = photoNames(frames.map(({ photo }) => photo));
  const metric = scene.edits.scale !== null;
  // Millimetres as depth cameras have them where metres are known and fit; otherwise the whole range of 16 bits.
  const largest = scene.largestDepth();
  if (largest === 0) throw new StudioFailure('nothing-to-export', { reason: 'no point is shown.' });
  const unitsPerStep = metric && largest < 65.5 ? 0.001 : largest / 65000;
  const maps: DepthFile[] = [];
  let current = null as DepthMap | null;
  const finish = async (map: DepthMap | null): Promise<void> => {
    if (!map) return;
    const { frameIdx, steps, widthPx, heightPx } = map;
    const file = `${names[frameIdx].replaceAll('/', '_').replace(/\.[^.]*$/, '')}.png`;
    const sink = await files.open(join(folder, file));
    const raw = { width: widthPx, height: heightPx, channels: 1 as const };
    await sink.write(await sharp(steps, { raw }).toColourspace('grey16').png().toBuffer());
    const covered = steps.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / steps.length;
    maps.push({ photo: names[frameIdx], file, widthPx, heightPx, covered });
  };
  for await (const { frameIdx, count, positions, pixels, gridWidthPx, gridHeightPx } of scene.points()) {
    const { worldFromCamera, intrinsics } = frames[frameIdx];
    if (current?.frameIdx !== frameIdx) {
      await finish(current);
      const shrink = Math.min(1, maxSidePx / Math.max(gridWidthPx, gridHeightPx));
      const [widthPx, heightPx] = [Math.round(gridWidthPx * shrink), Math.round(gridHeightPx * shrink)];
      current = { frameIdx, widthPx, heightPx, steps: new Uint16Array(widthPx * heightPx) };
    }
    const { steps, widthPx, heightPx } = current;
    const cameraFromWorld = inverse({ ...worldFromCamera, scale: 1 });
    for (let i = 0; i < count; i++) {
      const depth = transformPoint(cameraFromWorld, [positions[i * 3], positions[i * 3 + 1], positions[i * 3 + 2]])[2];
      const x = Math.min(widthPx - 1, Math.floor((pixels[i * 2] / intrinsics.widthPx) * widthPx));
      const y = Math.min(heightPx - 1, Math.floor((pixels[i * 2 + 1] / intrinsics.heightPx) * heightPx));
      const step = Math.round(depth / unitsPerStep);
      const at = y * widthPx + x;
      if (step > 0 && step < 65536 && (steps[at] === 0 || step < steps[at])) steps[at] = step;
    }
  }
  await finish(current);
  const about = { unitsPerStep, unit: metric ? 'metre' : 'unit of the run (no scale was set)', none: 0, maps };
  await (await files.open(join(folder, 'depth.json'))).text(`${JSON.stringify(about, null, 1)}\n`);
  return metric ? [] : ['No scale is set: depth is in units of the run; depth.json says how much a step is.'];
}
