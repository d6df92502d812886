// Projects in temporary folders and rows with plausible values, for the tests of store and import.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { pinhole } from '../../projects/format/intrinsics.ts';
import type { RunSettings } from '../../projects/format/scene.ts';
import { identitySim3 } from '../../projects/format/sim3.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import type { FrameDraft } from '../../projects/store/tables/frames.ts';
import type { NewPhoto } from '../../projects/store/tables/photos.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'permanence-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A new open project, closed and deleted after the test. */
export async function temporaryProject(name = 'Test'): Promise<ProjectStore> {
  const store = await ProjectStore.create(join(await temporaryFolder(), 'project'), name);
  onTestFinished(() => store.close());
  return store;
}

export const photoRow = (id: string, change: Partial<NewPhoto> = {}): NewPhoto => ({
  id,
  path: `/photos/${id}.jpg`,
  name: `${id}.jpg`,
  sha256: `hash of ${id}`,
  widthPx: 400,
  heightPx: 300,
  takenAtMs: null,
  focalPx: null,
  camera: null,
  gps: null,
  prior: null,
  ...change,
});

export const runSettings: RunSettings = { sizePx: null, maxFrames: null, refine: true, updateRule: 'plain' };

export const frameDraft = (photoId: string, stepIdx: number, change: Partial<FrameDraft> = {}): FrameDraft => ({
  photoId,
  stepIdx,
  status: 'placed',
  submapIdx: 0,
  worldFromCamera: identitySim3,
  intrinsics: pinhole(400, 300, 500),
  confidence: 0.5,
  ...change,
});

export const noBounds = { min: [0, 0, 0], max: [0, 0, 0] } as const;
