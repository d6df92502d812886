// Everything the host tells a user interface without being asked. Nothing in the renderer is true before its event.

import type { FirstBelief } from '../../projects/format/belief.ts';
import type { Polish } from '../../projects/format/polish.ts';
import type { Refinement } from '../../projects/format/refinement.ts';
import type { EditRecord } from '../../projects/format/edits.ts';
import type { ReplacedPhoto } from '../../projects/format/photo-file.ts';
import type { LabelSets } from '../../projects/format/label-set.ts';
import type {
  ChunkId,
  Frame,
  GaussianChunk,
  Photo,
  PointChunk,
  ProjectInfo,
  Run,
  SavedCamera,
  SavedState,
} from '../../projects/format/scene.ts';
import type { ImportProgress, RunProgress } from './commands.ts';
import type { PolishStage } from './refine-commands.ts';
import type { ErrorCode } from '../../projects/format/errors.ts';

/** Something worth telling: shown where the work was started. */
export interface Notice {
  level: 'info' | 'warning' | 'error';
  /** Where it belongs: next to the import, the run, the project, the models. */
  place: 'import' | 'run' | 'project' | 'models' | 'app';
  code: ErrorCode | null;
  sentence: string;
}

export interface StudioEvents {
  'project.opened': { project: ProjectInfo };
  'project.changed': { project: ProjectInfo };
  'project.closed': null;
  'import.progress': ImportProgress;
  'photos.added': { photos: Photo[] };
  /** All of the project, in input order. */
  'photos.replaced': { photos: ReplacedPhoto[] };
  'run.changed': { run: Run };
  'run.progress': RunProgress;
  /** New frames, and frames that moved or changed status. */
  'frames.changed': { frames: Frame[] };
  'chunks.added': { chunks: PointChunk[]; replaced: ChunkId[] };
  /** Photos were met again: what was believed of them at first, beside what their frames say now. */
  'beliefs.changed': { beliefs: FirstBelief[] };
  'gaussians.added': { chunks: GaussianChunk[]; replaced: ChunkId[] };
  'splats.progress': { done: number; total: number };
  /** All of the newest run, oldest first. */
  'refinements.changed': { refinements: Refinement[] };
  /** Of the shown run, oldest first, with its splats as they are shown now. */
  'polishes.changed': { polishes: Polish[]; chunks: GaussianChunk[] };
  /** null when none goes on any more. */
  'polish.progress': { progress: PolishStage | null };
  'cameras.changed': { cameras: SavedCamera[] };
  'labels.changed': LabelSets;
  'state.saved': { state: SavedState };
  'edits.changed': { edits: EditRecord[] };
  'models.changed': null;
  /** null when the work has ended. */
  'models.progress': { stage: string; fraction: number | null } | null;
  notice: Notice;
}

export type StudioEventName = keyof StudioEvents;
export type StudioEvent = { [K in StudioEventName]: { name: K; payload: StudioEvents[K] } }[StudioEventName];

/** Every event name, as a value: what a page may subscribe to. The type makes a missing one an error here. */
const everyEvent: Record<StudioEventName, true> = {
  'project.opened': true,
  'project.changed': true,
  'project.closed': true,
  'import.progress': true,
  'photos.added': true,
  'photos.replaced': true,
  'run.changed': true,
  'run.progress': true,
  'frames.changed': true,
  'chunks.added': true,
  'beliefs.changed': true,
  'gaussians.added': true,
  'splats.progress': true,
  'refinements.changed': true,
  'polishes.changed': true,
  'polish.progress': true,
  'cameras.changed': true,
  'labels.changed': true,
  'state.saved': true,
  'edits.changed': true,
  'models.changed': true,
  'models.progress': true,
  notice: true,
};

export const eventNames = Object.keys(everyEvent) as StudioEventName[];
