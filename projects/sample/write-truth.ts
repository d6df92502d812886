// The truth beside rendered photos: poses, intrinsics, classes and things, in the layout that `eval --gt` reads.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SceneCamera } from './render-scene.ts';
import type { Scene } from './scene.ts';

export interface LabelTruth {
  /** Class id at its place; 0 is nothing. */
  classes: string[];
  /** Ids as in `instances/*.png`; boxes are world axes, metres. */
  instances: { id: number; class: string; name: string; color: string; min: number[]; max: number[] }[];
}

/** Classes and things of a scene with their boxes. */
export function labelTruth(scene: Scene): LabelTruth {
  const instances = scene.instances.map(({ id, classId, name, colorName }) => {
    const own = scene.solids.filter((solid) => solid.instanceId === id);
    const corner = (pick: 'min' | 'max'): number[] =>
      [0, 1, 2].map((k) => Number(Math[pick](...own.map((solid) => solid[pick][k])).toFixed(3)));
    return { id, class: scene.classNames[classId], name, color: colorName, min: corner('min'), max: corner('max') };
  });
  return { classes: [...scene.classNames], instances };
}

/** Lines `index tx ty tz qx qy qz qw`, camera to world, OpenCV camera axes. */
export function trajectoryText(cameras: readonly SceneCamera[]): string {
  const lines = cameras.map(({ worldFromCamera: { translation, rotation } }, idx) =>
    [idx, ...[...translation, ...rotation].map((value) => value.toFixed(9))].join(' '),
  );
  return `# timestamp(=place in input order) tx ty tz qx qy qz qw ; camera-to-world, OpenCV camera axes, metres, world z up\n${lines.join('\n')}\n`;
}

/** Writes `gt/trajectory_tum.txt`, `gt/intrinsics.json`, `frames.csv`, `poses.json` and `labels.json` under `folder`, which has `gt/`. */
export async function writeTruth(
  folder: string,
  scene: Scene,
  cameras: readonly SceneCamera[],
  names: readonly string[],
): Promise<void> {
  const { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = cameras[0].intrinsics;
  const intrinsics = {
    model: 'PINHOLE',
    width: widthPx,
    height: heightPx,
    fx: fxPx,
    fy: fyPx,
    cx: cxPx,
    cy: cyPx,
    distortion: [0, 0, 0, 0],
    depth_scale: 1000,
    note: 'rendered; depth and label pictures may be smaller than the photos, intrinsics scale with them; pixel centres at (0.5, 0.5)',
  };
  const poses = cameras.map(({ worldFromCamera }, i) => ({ name: names[i], worldFromCamera }));
  await writeFile(join(folder, 'gt', 'trajectory_tum.txt'), trajectoryText(cameras));
  await writeFile(join(folder, 'gt', 'intrinsics.json'), `${JSON.stringify(intrinsics, null, 1)}\n`);
  await writeFile(
    join(folder, 'poses.json'),
    `${JSON.stringify({ intrinsics: cameras[0].intrinsics, poses }, null, 1)}\n`,
  );
  await writeFile(join(folder, 'labels.json'), `${JSON.stringify(labelTruth(scene), null, 1)}\n`);
}
