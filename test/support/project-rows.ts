// Rows of a project with plausible values.

import { pinhole } from '../../projects/format/intrinsics.ts';
import type { RunSettings } from '../../projects/format/scene.ts';
import { identitySim3 } from '../../projects/format/sim3.ts';
import type { FrameDraft } from '../../projects/store/tables/frames.ts';
import type { NewPhoto } from '../../projects/store/tables/photos.ts';
import { plainSettings } from './plain-settings.ts';

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

export const runSettings: RunSettings = { ...plainSettings, refine: true };

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
