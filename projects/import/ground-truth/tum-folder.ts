// A folder of the TUM RGB-D benchmark: rgb.txt, depth.txt, groundtruth.txt, depth pictures with 5000 units per metre.

import { basename, join } from 'node:path';
import type { GroundTruth } from '../../format/ground-truth.ts';
import type { Intrinsics } from '../../format/intrinsics.ts';
import { StudioFailure } from '../../format/result.ts';
import { readDepthPicture } from './depth-picture.ts';
import { namesIn, textOrNull } from './files.ts';
import { associate, parseTumTrajectory } from './tum-trajectory.ts';

/** The benchmark's own limit between a picture and what belongs to it. */
const maxDifferenceS = 0.02;

/** Colour cameras as calibrated by the benchmark (fx fy cx cy at 640×480, pixel centres at whole numbers there). */
const cameras: Readonly<Record<string, readonly [number, number, number, number]>> = {
  freiburg1: [517.3, 516.5, 318.6, 255.3],
  freiburg2: [520.9, 521.0, 325.1, 249.7],
  freiburg3: [535.4, 539.2, 320.1, 247.6],
};

/** Input order is the order of rgb.txt, or of the pictures in `rgb` when there is no such file. */
export async function readTumFolder(folder: string): Promise<GroundTruth> {
  const truth = parseTumTrajectory((await textOrNull(join(folder, 'groundtruth.txt'))) ?? '');
  const pictures = await stampedFiles(folder, 'rgb');
  const depths = await stampedFiles(folder, 'depth');
  const poses = new Map(
    pictures.flatMap((picture, i) => {
      const match = associate([picture], truth, maxDifferenceS)[0];
      return match ? [[i, truth[match[1]].worldFromCamera] as const] : [];
    }),
  );
  const depthOf = new Map(
    pictures.flatMap((picture, i) => {
      const match = associate([picture], depths, maxDifferenceS)[0];
      return match ? [[i, depths[match[1]].path] as const] : [];
    }),
  );
  const known = Object.keys(cameras).find((name) => basename(folder).includes(name));
  const intrinsics = new Map<number, Intrinsics>();
  if (known) {
    const [fxPx, fyPx, cx, cy] = cameras[known];
    const camera = { widthPx: 640, heightPx: 480, fxPx, fyPx, cxPx: cx + 0.5, cyPx: cy + 0.5, k1: 0, k2: 0 };
    pictures.forEach((_, i) => intrinsics.set(i, camera));
  }
  return {
    frameCount: pictures.length,
    poses,
    intrinsics,
    depthIdxs: [...depthOf.keys()],
    readDepth: async (orderIdx) => {
      const path = depthOf.get(orderIdx);
      return path === undefined ? null : readDepthPicture(join(folder, path), 5000);
    },
  };
}

async function stampedFiles(folder: string, kind: 'rgb' | 'depth'): Promise<{ timestampS: number; path: string }[]> {
  const list = await textOrNull(join(folder, `${kind}.txt`));
  const rows =
    list === null
      ? (await namesIn(join(folder, kind), /^\d+(\.\d+)?\.\w+$/)).map((name) => [
          name.replace(/\.\w+$/, ''),
          `${kind}/${name}`,
        ])
      : list
          .split(/\r?\n/)
          .filter((line) => line.trim() !== '' && !line.startsWith('#'))
          .map((line) => line.trim().split(/\s+/));
  return rows.map(([stamp, path]) => {
    const timestampS = Number(stamp);
    if (!path || !Number.isFinite(timestampS))
      throw new StudioFailure('ground-truth-unreadable', { reason: `${kind}.txt has a line without time and file.` });
    return { timestampS, path };
  });
}
