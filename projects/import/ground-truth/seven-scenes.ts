// A sequence folder of 7-Scenes: frame-XXXXXX.pose.txt (4×4 camera-to-world) and frame-XXXXXX.depth.png in millimetres.
//
// The depth of 7-Scenes is not registered to colour; as usual it is read as if it were, with the stated camera (585 585 320 240).

import { join } from 'node:path';
import type { GroundTruth } from '../../format/ground-truth.ts';
import type { Intrinsics } from '../../format/intrinsics.ts';
import { readDepthPicture } from './depth-picture.ts';
import { namesIn, textOrNull } from './files.ts';
import { numbersOf, poseFromMatrix } from './tum-trajectory.ts';

const depthCamera: Intrinsics = {
  widthPx: 640,
  heightPx: 480,
  fxPx: 585,
  fyPx: 585,
  cxPx: 320,
  cyPx: 240,
  k1: 0,
  k2: 0,
};

/** Input order is the order of the frame numbers. null: the folder is no such sequence. */
export async function readSevenScenesFolder(folder: string): Promise<GroundTruth | null> {
  const names = await namesIn(folder, /^frame-\d+\.pose\.txt$/);
  if (names.length === 0) return null;
  const depthNames = new Set(await namesIn(folder, /^frame-\d+\.depth\.png$/));
  const poses = new Map(
    await Promise.all(
      names.map(async (name, i) => {
        const rows = numbersOf((await textOrNull(join(folder, name))) ?? '', 4);
        return [i, poseFromMatrix(rows.flatMap((row) => row.slice(0, 4)))] as const;
      }),
    ),
  );
  const depthNameOf = (i: number): string => names[i].replace('.pose.txt', '.depth.png');
  return {
    frameCount: names.length,
    poses,
    intrinsics: new Map(names.map((_, i) => [i, depthCamera])),
    depthIdxs: names.flatMap((_, i) => (depthNames.has(depthNameOf(i)) ? [i] : [])),
    readDepth: async (orderIdx) =>
      orderIdx in names && depthNames.has(depthNameOf(orderIdx))
        ? readDepthPicture(join(folder, depthNameOf(orderIdx)), 1000)
        : null,
  };
}
