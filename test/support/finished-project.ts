// A project whose run is done, made from a rendered scene with true depth and poses: for stories that begin where a run ends.

import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { chunkPath, projectLayout, thumbPath } from '../../projects/format/layout.ts';
import { boundsOf, encodePointChunk } from '../../projects/format/point-chunk.ts';
import { renderScene, type SceneCamera } from '../../projects/sample/render-scene.ts';
import type { Scene } from '../../projects/sample/scene.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import { frameDraft, photoRow, runSettings } from './project-rows.ts';
import { columnsOf } from './rendered-frames.ts';

/** Makes the project in `folder`, which must not exist. */
export async function finishedProject(
  folder: string,
  name: string,
  scene: Scene,
  cameras: readonly SceneCamera[],
): Promise<void> {
  const store = await ProjectStore.create(folder, name);
  try {
    const run = store.runs.create('geometry', runSettings);
    for (const [i, camera] of cameras.entries()) {
      const view = renderScene(scene, camera);
      const { widthPx, heightPx } = view;
      const id = `photo-${i}`;
      const picture = sharp(Buffer.from(view.rgb), { raw: { width: widthPx, height: heightPx, channels: 3 } });
      await mkdir(join(folder, projectLayout.photos), { recursive: true });
      const jpeg = await picture.clone().jpeg({ quality: 92 }).toBuffer();
      await writeFile(join(folder, projectLayout.photos, `${id}.jpg`), jpeg);
      await picture
        .clone()
        .webp()
        .toFile(join(folder, thumbPath(id)));
      const sha256 = hash('sha256', jpeg, 'hex');
      store.photos.add([photoRow(id, { path: `${projectLayout.photos}/${id}.jpg`, sha256, widthPx, heightPx })]);
      const points = columnsOf(view, camera);
      const chunkId = `chunk-${i}`;
      await writeFile(join(folder, chunkPath(chunkId)), encodePointChunk(points));
      const bounds = boundsOf(points.positions);
      store.commitStep({
        runId: run.id,
        frames: [frameDraft(id, i, { worldFromCamera: camera.worldFromCamera, intrinsics: camera.intrinsics })],
        chunks: [{ id: chunkId, photoId: id, kind: 'final', count: points.count, bounds }],
        meeting: { stepIdx: i, photoId: id },
      });
    }
    store.runs.update(run.id, { status: 'done', message: null });
  } finally {
    store.close();
  }
}
