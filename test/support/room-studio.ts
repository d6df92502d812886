// The studio open on a finished room, for stories that begin where a run ends.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boxRoom } from '../../projects/sample/presets.ts';
import type { SceneCamera } from '../../projects/sample/render-scene.ts';
import { finishedProject } from './finished-project.ts';
import type { Scene } from '../../projects/sample/scene.ts';
import { openStudio, type StudioDriver } from './studio-driver.ts';

export interface RoomStudio {
  studio: StudioDriver;
  /** Of the project. */
  folder: string;
  close(): Promise<void>;
}

/** @param splats makes them before the story begins */
export async function openRoomStudio(
  cameras: readonly SceneCamera[],
  splats: boolean,
  scene: Scene = boxRoom(),
): Promise<RoomStudio> {
  const root = await mkdtemp(join(tmpdir(), 'permanence-room-'));
  const folder = join(root, 'room');
  await finishedProject(folder, 'Rendered room', scene, cameras);
  const studio = await openStudio({ project: 'Another' });
  await studio.tell('projects.open', { folder });
  if (splats) await studio.tell('scene.splat', null);
  return {
    studio,
    folder,
    async close() {
      await studio.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
