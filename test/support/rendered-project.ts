// A small folder of rendered photos with EXIF and full truth: real-looking input for tests that walk the whole way.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resized } from '../../projects/format/intrinsics.ts';
import { arcCameras, boxRoom } from '../../projects/sample/presets.ts';
import { renderScene, type SceneCamera } from '../../projects/sample/render-scene.ts';
import type { Scene } from '../../projects/sample/scene.ts';
import { writeTruth } from '../../projects/sample/write-truth.ts';
import { outputFolders, writeMaps, writePhoto } from '../../projects/sample/write-view.ts';

export interface RenderedFolder {
  /** What `eval --gt` reads: `gt/`, `depth/`, `frames.csv`, `labels.json`. */
  folder: string;
  /** What a user would import. */
  imagesFolder: string;
  photoPaths: string[];
  cameras: readonly SceneCamera[];
}

/** Renders `cameras` (default six of 320 × 240 px on an arc in the box room) into an existing or new `folder`; about 0.2 s each. */
export async function renderedFolder(
  folder: string,
  { scene = boxRoom(), cameras = arcCameras(6, 320, 240) }: { scene?: Scene; cameras?: readonly SceneCamera[] } = {},
): Promise<RenderedFolder> {
  for (const name of outputFolders) await mkdir(join(folder, name), { recursive: true });
  const names = cameras.map((_, i) => `photo_${String(i + 1).padStart(2, '0')}`);
  const photoPaths: string[] = [];
  for (const [i, camera] of cameras.entries()) {
    const photo = renderScene(scene, camera, { raysAcross: 2, noise: { sigma: 1, seed: i + 1 } });
    photoPaths.push(await writePhoto(folder, names[i], photo, camera.intrinsics));
    const { widthPx, heightPx } = camera.intrinsics;
    await writeMaps(
      folder,
      names[i],
      renderScene(scene, { ...camera, intrinsics: resized(camera.intrinsics, widthPx / 2, heightPx / 2) }),
    );
  }
  await writeTruth(folder, scene, cameras, names);
  return { folder, imagesFolder: join(folder, 'images'), photoPaths, cameras };
}
