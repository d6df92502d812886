// Every command a user interface can give: its input (checked at the border) and its answer. One handler and one preload function each.

import * as v from 'valibot';
import {
  id,
  path,
  name,
  finite,
  sim3,
  count,
  intrinsics,
  none,
  runSettingsSchema,
  chunkRows,
  what,
  frameBox,
  splatIdx,
  share,
  question,
  labelSet,
  savedLabelSets,
  editSchema,
} from './schemas.ts';
import type { RunComparison } from './run-comparison.ts';
import type { AskReply, LabelReply, TrackReply } from './scene-requests.ts';
import type { FeaturesReply, InventoryRow, SelectReply } from './select-requests.ts';
import { importInputs, type ImportOutputs } from './import-commands.ts';
import type { WrittenFile } from './written-file.ts';
import { modelInputs, type ModelOutputs } from './model-commands.ts';
import { refineInputs, type PolishStage, type RefineOutputs } from './refine-commands.ts';
import { spaceInputs, type SpaceOutputs } from './space-commands.ts';
import { exportFormatIds } from '../../projects/format/export-formats.ts';
import { beliefIds, type BeliefId, type FirstBelief } from '../../projects/format/belief.ts';
import type { Polish } from '../../projects/format/polish.ts';
import type { Refinement } from '../../projects/format/refinement.ts';
import type { EditRecord } from '../../projects/format/edits.ts';
import type { LabelSets } from '../../projects/format/label-set.ts';
import type { ReplacedPhoto } from '../../projects/format/photo-file.ts';
import type { ImportProgress, SkippedFile } from '../../projects/format/import-session.ts';
import { rowOperations, type ChunkRows } from '../../projects/format/row-set.ts';
import type {
  Frame,
  GaussianChunk,
  Photo,
  PointChunk,
  ProjectInfo,
  Run,
  SavedCamera,
  SavedState,
} from '../../projects/format/scene.ts';

/** Command name → schema of its input. */
export const commandInputs = {
  'app.info': none,
  'settings.get': none,
  'settings.set': v.object({
    theme: v.optional(v.picklist(['dark', 'light', 'system'])),
    reducedQuality: v.optional(v.boolean()),
  }),
  'projects.recent': none,
  'projects.create': v.object({ name, folder: v.nullable(path) }),
  'projects.open': v.object({ folder: path }),
  'projects.close': none,
  'projects.rename': v.object({ folder: path, name }),
  'projects.duplicate': v.object({ folder: path, name }),
  'projects.delete': v.object({ folder: path }),
  'projects.forget': v.object({ folder: path }),
  'projects.reveal': v.object({ folder: path }),
  /** Makes the sample project if it is not there, opens it and starts its run. */
  'projects.openSample': none,
  'project.snapshot': none,
  /** Asks the user with the system's dialog; a host without dialogs answers null. */
  'dialog.pick': v.object({ what: v.picklist(['photos', 'folder', 'checkpoint', 'project']) }),
  /** What is in a folder of this machine (null: the user's home), for a page that has to ask by itself. */
  'dialog.folder': v.object({ folder: v.nullable(path) }),
  ...importInputs,
  'run.start': v.object({ modelId: id, settings: runSettingsSchema }),
  'run.pause': none,
  /** Goes on with the newest run and whatever photos came since; `maxFrames` replaces the limit of the run. */
  'run.resume': v.nullable(v.object({ maxFrames: v.nullable(count) })),
  'run.cancel': none,
  /** Tries the photos that failed or wait once more. */
  'run.retry': v.object({ photoIds: v.array(id) }),
  /** Begins a run of its own from the newest saved state that knows none of these photos, or from the start; excluded photos are not met again. */
  'run.branch': v.object({ photoIds: v.pipe(v.array(id), v.minLength(1)) }),
  /** Looks at another run; everything else is about the run that is shown. */
  'run.show': v.object({ runId: id }),
  'run.remove': v.object({ runId: id }),
  'run.compare': v.object({ runId: id }),
  'run.peek': v.object({ worldFromCamera: sim3, intrinsics }),
  ...refineInputs,
  /** Makes the splats that are missing; also happens by itself when a run is done. */
  'scene.splat': none,
  'scene.ask': v.object(question),
  'scene.label': v.object(labelSet),
  /** Chooses splats; changes nothing. The answer is what the other commands of a selection take. */
  'scene.select': v.object({
    by: v.variant('kind', [
      v.object({ kind: v.literal('words'), ...question, instanceIdx: v.nullable(splatIdx) }),
      v.object({ kind: v.literal('box'), boxes: v.array(frameBox) }),
      v.object({ kind: v.literal('grow'), frameId: id, splatIdx, tolerance: v.pipe(finite, v.minValue(0)) }),
    ]),
    operation: v.picklist(rowOperations),
    selection: chunkRows,
  }),
  /** Which points lie on selected splats. */
  'scene.selectedPoints': v.object({ selection: chunkRows }),
  /** Hides or deletes selected splats and the points that lie on them, or hides all others, as one edit. */
  'scene.edit': v.object({ action: v.picklist(['hide', 'isolate', 'delete']), what, selection: chunkRows }),
  /** Features of all splats as colours, by their principal components. */
  'scene.features': none,
  /** Writes a line for each word: how many splats, how large, where, and the photos that saw it. `path` as in `export.write`. */
  'scene.inventory': v.object({ ...labelSet, path: v.nullable(path) }),
  /** Where the point under a pixel of one photo is in all others and in space. */
  'scene.track': v.object({ photoId: id, xPx: finite, yPx: finite }),
  /** Writes a picture from any camera. `path` as in `export.write`. */
  'scene.render': v.object({
    worldFromCamera: sim3,
    intrinsics,
    /** `labels`: the label set that is chosen in the project. */
    kind: v.picklist(['color', 'depth', 'labels']),
    path: v.nullable(path),
  }),
  ...spaceInputs,
  'cameras.set': v.object({
    cameras: v.array(v.object({ id, name, worldFromCamera: sim3, intrinsics, seconds: v.pipe(finite, v.minValue(0)) })),
  }),
  /** All label sets of the project, and which of them is shown. */
  'labels.set': savedLabelSets,
  'edits.append': editSchema,
  'edits.undo': none,
  'edits.redo': none,
  ...modelInputs,
  /**
   * `path: null` asks the user with the system's dialog; in a browser the export goes into the project's own `exports` folder, and the page can fetch it.
   * Formats without an extension write a folder.
   */
  'export.write': v.object({
    format: v.picklist(exportFormatIds),
    path: v.nullable(path),
    /** Points and splats below this confidence are left out; 0 when absent. */
    minConfidence: v.optional(share),
    /** Of photos that were met twice; revised when absent. */
    belief: v.optional(v.picklist(beliefIds)),
    /** Only these splats and the points that lie on them; of the revised belief. */
    selection: v.optional(chunkRows),
  }),
} as const satisfies Record<string, v.GenericSchema>;

export type CommandName = keyof typeof commandInputs;
export type CommandInput<K extends CommandName> = v.InferOutput<(typeof commandInputs)[K]>;

/** A folder as a dialog lists it: what begins with a dot is left out. */
export interface FolderListing {
  folder: string;
  /** null at the top. */
  parent: string | null;
  isProject: boolean;
  /** In natural order of names. */
  folders: { name: string; path: string; isProject: boolean }[];
  /** Photos and videos by their endings, without those of folders inside. */
  photos: number;
}

export interface AppInfo {
  version: string;
  host: 'electron' | 'web' | 'cli';
  threads: number;
  memoryMb: number;
  platform: string;
  /** Where new projects go by default. */
  projectsFolder: string;
  /** Whether the host itself can read videos; otherwise a page sends it their frames. */
  readsVideos: boolean;
}

export interface StudioSettings {
  theme: 'dark' | 'light' | 'system';
  reducedQuality: boolean;
}

/** Everything a freshly opened window needs to show the project. */
export interface ProjectSnapshot {
  project: ProjectInfo;
  /** Its folder cannot be written: it can be looked at, asked and exported, and nothing of it changed. */
  isReadOnly: boolean;
  photos: Photo[];
  runs: Run[];
  /** The one that is looked at; frames, chunks, states, splats and refinements are its own. */
  shownRunId: string | null;
  frames: Frame[];
  chunks: PointChunk[];
  /** Of photos of the newest run that were met again. */
  beliefs: FirstBelief[];
  states: SavedState[];
  edits: EditRecord[];
  gaussians: GaussianChunk[];
  /** Oldest first. */
  refinements: Refinement[];
  /** Polishes of its splats, oldest first, and how far the one is that goes on. */
  polishes: Polish[];
  polish: PolishStage | null;
  /** What was asked, newest first. */
  questions: string[];
  /** Keyframes of the camera path. */
  cameras: SavedCamera[];
  labels: LabelSets;
  import: ImportProgress | null;
  watchedFolder: string | null;
  /** Photos whose files hold other pictures than when they were imported; they are looked at when a project opens and a run begins. */
  replacedPhotos: ReplacedPhoto[];
  run: RunProgress | null;
}

export type { ImportProgress, SkippedFile };

export interface RunProgress {
  runId: string;
  modelId: string;
  provider: string;
  status: Run['status'];
  /** What happens now: `Meeting photo 7`, `Adjusting all cameras`. */
  stage: string;
  done: number;
  total: number;
  /** Share 0…1 of all work including the closing work; null when unknown. */
  fraction: number | null;
  msPerPhoto: number | null;
  msLeft: number | null;
  rssMb: number | null;
  points: number;
  /** What this run has used since it was started or resumed in this process. */
  used: RunUsage;
}

export interface RunUsage {
  elapsedMs: number;
  /** Inside the networks or the method's numeric kernels. */
  modelMs: number;
  /** From the request to the first points on disk; null until there are some. */
  firstPointsMs: number | null;
  /** Largest resident memory of the engine; null until known. */
  peakRssMb: number | null;
}

/** Command name → its answer (inside a Result). */
export interface CommandOutputs extends ImportOutputs, SpaceOutputs, RefineOutputs, ModelOutputs {
  'app.info': AppInfo;
  'settings.get': StudioSettings;
  'settings.set': StudioSettings;
  'projects.recent': ProjectInfo[];
  'projects.create': ProjectSnapshot;
  'projects.open': ProjectSnapshot;
  'projects.close': null;
  'projects.rename': ProjectInfo;
  'projects.duplicate': ProjectInfo;
  'projects.delete': null;
  'projects.forget': null;
  'projects.reveal': null;
  'projects.openSample': ProjectSnapshot;
  'project.snapshot': ProjectSnapshot | null;
  'dialog.pick': { paths: string[] } | null;
  'dialog.folder': FolderListing;
  'run.start': Run;
  'run.pause': null;
  'run.resume': null;
  'run.cancel': null;
  'run.retry': null;
  'run.branch': Run;
  'run.show': null;
  'run.remove': null;
  'run.compare': RunComparison;
  'run.peek': PointChunk;
  'scene.splat': null;
  'scene.ask': AskReply;
  'scene.label': LabelReply;
  'scene.track': TrackReply;
  'scene.select': SelectReply;
  'scene.selectedPoints': { chunks: ChunkRows[]; points: number };
  'scene.edit': EditRecord;
  'scene.features': FeaturesReply;
  'scene.inventory': WrittenFile & { rows: InventoryRow[] };
  'scene.render': WrittenFile;
  'cameras.set': null;
  'labels.set': null;
  'edits.append': EditRecord;
  'edits.undo': EditRecord | null;
  'edits.redo': EditRecord | null;
  /** `belief`: of photos that were met twice; `notices`: what differs from the picture on the screen, one sentence each. */
  'export.write': WrittenFile & { bytes: number; belief: BeliefId | null; notices: string[] };
}

export const commandNames = Object.keys(commandInputs) as CommandName[];
