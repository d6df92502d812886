// COLMAP models, text and binary: cameras at original photo size, rigid poses, points with the pixel they were seen at.
// Binary files go to `sparse/0`, where most programs look for them, text files to `sparse_text`.

import { join } from 'node:path';
import type { ExportFiles } from '../file-sink.ts';
import { photoNames } from '../photo-names.ts';
import type { PointBlock, VisibleScene } from '../visible.ts';
import { BinaryModel } from './binary-model.ts';
import { colmapCamera, type ColmapCamera } from './model.ts';
import { TextModel } from './text-model.ts';

/** Programs that start from such a model expect hundreds of thousands of points, not hundreds of millions. */
const colmapMaxPoints = 300_000;

/** Writes both models under `folder`. */
export async function writeColmap(files: ExportFiles, folder: string, scene: VisibleScene): Promise<string[]> {
  const frames = scene.requireFrames();
  const cameras: ColmapCamera[] = [];
  const cameraIds = new Map<string, number>();
  const cameraIdOf = frames.map(({ intrinsics }) => {
    const camera = colmapCamera(intrinsics);
    const key = JSON.stringify(camera);
    if (!cameraIds.has(key)) cameraIds.set(key, cameras.push(camera));
    return cameraIds.get(key) as number;
  });
  const names = photoNames(frames.map(({ photo }) => photo));
  const writers = [
    await TextModel.open(files, join(folder, 'sparse_text'), cameras),
    await BinaryModel.open(files, join(folder, 'sparse', '0'), cameras, frames.length),
  ];
  const perFrame: PointBlock[][] = frames.map(() => []);
  let next = 0;
  let pointId = 1;
  const closeFrames = async (before: number): Promise<void> => {
    for (; next < before; next++) {
      for (const writer of writers)
        await writer.image({
          id: next + 1,
          cameraId: cameraIdOf[next],
          name: names[next],
          frame: frames[next],
          blocks: perFrame[next],
          firstPointId: pointId,
        });
      pointId += perFrame[next].reduce((sum, block) => sum + block.count, 0);
      perFrame[next] = [];
    }
  };
  // Blocks come frame after frame, so only one frame's points are held at a time.
  for await (const block of scene.points(colmapMaxPoints)) {
    await closeFrames(block.frameIdx);
    perFrame[block.frameIdx].push(block);
  }
  await closeFrames(frames.length);
  for (const writer of writers) await writer.close(pointId - 1);
  const notices = scene.isThinned(colmapMaxPoints) ? [`Points were thinned to a fair sample of ${pointId - 1}.`] : [];
  if (names.some((name) => /\s/.test(name)))
    notices.push('Some photo names hold spaces, at which COLMAP’s text format cuts them: use the binary model.');
  return notices;
}
