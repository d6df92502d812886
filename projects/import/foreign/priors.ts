// Poses and intrinsics that another tool has left beside the photos: COLMAP, or transforms.json (instant-ngp, Nerfstudio).

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readColmap } from './colmap.ts';
import type { Priors } from './prior-index.ts';
import { readTransforms } from './transforms.ts';

const colmapFolders = ['sparse/0', 'sparse', 'colmap/sparse/0', 'colmap', '.'];
const transformFiles = ['transforms.json', 'transforms_train.json'];

/**
 * @returns null when the folder is no project of another tool
 * @throws StudioFailure bad-input when it is one and cannot be read
 */
export async function priorsOf(folder: string): Promise<Priors | null> {
  for (const subfolder of colmapFolders)
    for (const ending of ['bin', 'txt'] as const) {
      const [cameras, images] = [`cameras.${ending}`, `images.${ending}`].map((name) => join(folder, subfolder, name));
      if ((await exists(cameras)) && (await exists(images))) return readColmap(cameras, images, ending);
    }
  for (const name of transformFiles) {
    const path = join(folder, name);
    if (await exists(path)) return readTransforms(path);
  }
  return null;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
