// transforms.json as nerfstudio and instant-ngp read it, with the points beside it.

import { isAbsolute, join, relative, sep } from 'node:path';
import { matrixFromQuaternion, type Sim3 } from '../format/sim3.ts';
import type { ExportFiles } from './file-sink.ts';
import { writePly } from './point-files.ts';
import type { ExportSource } from './source.ts';
import type { VisibleScene } from './visible.ts';

const maxPoints = 300_000;

/** Camera-to-world with OpenGL camera axes (x right, y up, z backwards), four rows. The world stays as it is. */
export function openGlMatrix({ rotation, translation }: Sim3): number[][] {
  const m = matrixFromQuaternion(rotation);
  const rows = [0, 1, 2].map((row) => [m[row * 3], -m[row * 3 + 1], -m[row * 3 + 2], translation[row]]);
  return [...rows, [0, 0, 0, 1]];
}

/** Writes `transforms.json` and `points.ply` under `folder`; photos are referred to where they lie. */
export async function writeTransforms(
  files: ExportFiles,
  folder: string,
  scene: VisibleScene,
  source: ExportSource,
): Promise<string[]> {
  const frames = scene.requireFrames().map(({ photo, worldFromCamera, intrinsics: k }) => ({
    file_path: pathFrom(folder, source.photoPath(photo)),
    transform_matrix: openGlMatrix(worldFromCamera),
    camera_model: 'OPENCV',
    w: k.widthPx,
    h: k.heightPx,
    fl_x: k.fxPx,
    fl_y: k.fyPx,
    cx: k.cxPx,
    cy: k.cyPx,
    k1: k.k1,
    k2: k.k2,
    p1: 0,
    p2: 0,
  }));
  const sink = await files.open(join(folder, 'transforms.json'));
  await sink.text(`${JSON.stringify({ camera_model: 'OPENCV', ply_file_path: 'points.ply', frames }, null, 1)}\n`);
  const count = await writePly(await files.open(join(folder, 'points.ply')), scene, maxPoints);
  return scene.isThinned(maxPoints) ? [`Points were thinned to a fair sample of ${count}.`] : [];
}

/** Relative with forward slashes where possible, so that folder and photos can move together. */
function pathFrom(folder: string, path: string): string {
  const way = relative(folder, path);
  return isAbsolute(way) ? path : way.split(sep).join('/');
}
