// What the host asks of the engine process, and what it answers. Messages carry paths, ids, poses and numbers, never bulk data.

import type { DepthChange } from '../../projects/format/belief.ts';
import type { ClosingWork } from '../../projects/format/closing-work.ts';
import type { Intrinsics } from '../../projects/format/intrinsics.ts';
import type { Bounds, ChunkId, Photo, PhotoId, PointChunk, RunSettings } from '../../projects/format/scene.ts';
import type {
  ProbedPhoto,
  ProbeRequest,
  VideoFramesReply,
  VideoFramesRequest,
} from '../../projects/format/photo-probe.ts';
import type { SpaceRequests } from './space-requests.ts';
import type { SceneRequests } from './scene-requests.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';
import type { CheckpointOffer, SelfCheck } from './model-commands.ts';
import type { Precision } from '../../projects/format/precision.ts';
import type { StudioError } from '../../projects/format/result.ts';

/** A photo as the engine needs it: the row, and where the file is now. */
export interface EnginePhoto extends Photo {
  absolutePath: string;
  /** The file holds another picture than the one that was imported: it is not read. */
  isReplaced: boolean;
}

export interface BeginRequest {
  modelId: string;
  /** Folder of the pack (manifest.json inside); null for methods that are built in. */
  packFolder: string | null;
  /** Of the pack that predicts depth for the gaps; null: none. */
  depthPackFolder: string | null;
  settings: RunSettings;
  /** All photos of the run in order: methods may look at sizes and EXIF ahead of pixels. */
  photos: EnginePhoto[];
  /** Where derived data may be kept between steps and runs. */
  cacheFolder: string;
  chunksFolder: string;
  /** Saved state to go on from; null starts afresh. */
  statePath: string | null;
}

export interface BeginReply {
  stepIdx: number;
  /** What runs where and why: `Geometry · CPU, 2 threads`. */
  provider: string;
}

export interface ChunkReply {
  id: ChunkId;
  photoId: PhotoId;
  kind: PointChunk['kind'];
  count: number;
  bounds: Bounds;
}

export interface PlacedPhoto {
  photoId: PhotoId;
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
  submapIdx: number;
  confidence: number;
}

/** One answer to `step` and `settle`. Photos named in none of the lists are as they were. */
export interface StepReply {
  stepIdx: number;
  /** New or moved: this photo, ones that had waited, and earlier ones whose pose improved. */
  placed: PlacedPhoto[];
  /** Photos that cannot be placed yet; they are tried again when the map has grown. */
  waiting: PhotoId[];
  /** Chunk files that now exist under `chunksFolder`. A final chunk replaces the preview of its photo. */
  chunks: ChunkReply[];
  /** How the depth of the photo differs from that of the earlier chunk that was named; null without one, or when they share no pixel. */
  depthChange: DepthChange | null;
  /** Sentences worth telling: what was noticed, what could not be done. */
  notices: string[];
  /** Only from `settle`: true when nothing is left to do. */
  settled: boolean;
  /** Only from `settle`: what its next piece will do; null when the method does not say. */
  next: ClosingWork | null;
  timing: { totalMs: number; modelMs: number };
  rssMb: number;
  peakRssMb: number;
}

/** Request name → input and answer. One request at a time. */
export interface EngineRequests extends SceneRequests, SpaceRequests {
  describe: { input: null; output: { providers: string[]; threads: number; rssMb: number } };
  /** A method that will probably be begun next: it is loaded while other requests are answered. */
  prepare: { input: Pick<BeginRequest, 'modelId' | 'packFolder' | 'depthPackFolder'>; output: null };
  begin: { input: BeginRequest; output: BeginReply };
  /** `update: false` looks without changing the state; `reset: true` starts a new submap after this photo. */
  step: {
    input: {
      photoId: PhotoId;
      /** A hint: that photo may be decoded while this one is looked at. */
      nextPhotoId: PhotoId | null;
      update: boolean;
      reset: boolean;
      /** Points of the same photo, under `chunksFolder`, with which the answer is compared. */
      earlierChunkId: ChunkId | null;
    };
    output: StepReply;
  };
  /** Photos that came after `begin`; they may be named in `step` from now on. */
  addPhotos: { input: { photos: EnginePhoto[] }; output: null };
  /** The next small piece of closing work (global adjustment, last depth maps), until `settled`. */
  settle: { input: null; output: StepReply };
  save: { input: { path: string }; output: { stepIdx: number; bytes: number } };
  /** Asks the state for a camera nobody took; never changes the state. */
  peek: { input: { worldFromCamera: Sim3; intrinsics: Intrinsics }; output: ChunkReply };
  probePhotos: { input: ProbeRequest; output: ProbedPhoto[] };
  /** What a checkpoint is and what it would take, for each precision. Writes nothing. */
  previewPack: { input: { path: string; packsFolder: string }; output: CheckpointOffer };
  /** Compiles a checkpoint into a pack of its own under `packsFolder` and checks it. Known weights are recognised and left as they are. */
  addPack: {
    input: { path: string; packsFolder: string; acceptLicence: boolean; precision: Precision };
    output: { id: string; warnings: string[]; selfCheck: SelfCheck | null };
  };
  /** Runs a pack against a golden file, or by itself. */
  checkPack: { input: { packFolder: string; goldenPath: string | null }; output: PackReport };
  /** Chooses the frames of a video that are worth being photos, and writes them as pictures. */
  videoFrames: { input: VideoFramesRequest; output: VideoFramesReply };
}

export type { ProbedPhoto, ProbeRequest };

/** What a check of a pack found. */
export interface PackReport {
  id: string;
  /** What ran where. */
  provider: string;
  /** null: the pack was checked by itself. */
  goldenFile: string | null;
  tolerance: { absolute: number; relative: number } | null;
  outputs: { name: string; items: number; maxAbsolute: number; maxRelative: number; passed: boolean }[];
  passed: boolean;
  seconds: number;
}

export type EngineRequestName = keyof EngineRequests;

export interface EngineRequestMessage<K extends EngineRequestName = EngineRequestName> {
  seq: number;
  request: K;
  input: EngineRequests[K]['input'];
}

export type EngineReplyMessage =
  | { seq: number; reply: unknown }
  | { seq: number; error: StudioError }
  /** Sent while a request is under way. */
  | { seq: number; progress: EngineProgressReport };

export interface EngineProgressReport {
  stage: string;
  /** 0…1, null when unknown. */
  fraction: number | null;
}
