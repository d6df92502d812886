// The beginning that stories on a method with a state share: a checkpoint of our own, and a few photos of a rendered room.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { arcCameras } from '../../projects/sample/presets.ts';
import { renderedFolder } from './rendered-project.ts';
import { openStudio, type OpenOptions, type StudioDriver } from './studio-driver.ts';

const checkpoint = fileURLToPath(new URL('../fixtures/models/permanence-toy.safetensors', import.meta.url));
const photoCount = 3;

export interface StudioWithPhotos {
  studio: StudioDriver;
  close(): Promise<void>;
}

export interface RecurrentStudio extends StudioWithPhotos {
  /** Of the pack that was compiled from the checkpoint. */
  modelId: string;
}

/** A studio whose project has the photos. */
export async function studioWithPhotos(
  project: string,
  options: Omit<OpenOptions, 'project'> = {},
): Promise<StudioWithPhotos> {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-recurrent-'));
  const { photoPaths } = await renderedFolder(folder, { cameras: arcCameras(photoCount, 160, 120, 24) });
  const studio = await openStudio({ ...options, project });
  await studio.tell('import.start', { sources: [{ kind: 'path', path: dirname(photoPaths[0]) }], copy: false });
  await vi.waitFor(async () => expect((await studio.tell('project.snapshot', null))?.photos).toHaveLength(photoCount), {
    timeout: 60_000,
    interval: 100,
  });
  return {
    studio,
    close: async () => {
      await studio.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The same with the pack that can run over the photos. */
export async function recurrentStudio(
  project: string,
  options: Omit<OpenOptions, 'project'> = {},
): Promise<RecurrentStudio> {
  const begun = await studioWithPhotos(project, options);
  const { id: modelId } = await begun.studio.tell('models.add', {
    source: { kind: 'path', path: checkpoint },
    acceptLicence: true,
  });
  return { ...begun, modelId };
}
