// Reads the ground truth of a folder, whichever of the known layouts it has.

import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { GroundTruth } from '../../format/ground-truth.ts';
import { StudioFailure } from '../../format/result.ts';
import { readIndexedFolder } from './indexed-folder.ts';
import { readSevenScenesFolder } from './seven-scenes.ts';
import { readTumFolder } from './tum-folder.ts';

/**
 * Layouts, in the order they are looked for:
 * `gt/trajectory_tum.txt` beside `depth/*.png` (the folder, or its `gt` folder); TUM RGB-D (`groundtruth.txt`); 7-Scenes (`frame-*.pose.txt`).
 * @throws StudioFailure('ground-truth-unreadable') when it is none of them or damaged.
 */
export async function readGroundTruth(folder: string): Promise<GroundTruth> {
  const root = basename(folder) === 'gt' ? dirname(folder) : folder;
  if ((await exists(join(root, 'gt'))) || (await exists(join(root, 'trajectory_tum.txt'))))
    return readIndexedFolder(root);
  if (await exists(join(folder, 'groundtruth.txt'))) return readTumFolder(folder);
  const scenes = await readSevenScenesFolder(folder);
  if (scenes) return scenes;
  throw new StudioFailure('ground-truth-unreadable', {
    reason: `${folder} holds neither gt/trajectory_tum.txt, nor groundtruth.txt, nor frame-*.pose.txt.`,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
