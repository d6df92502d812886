// The nouns of a project: photos, runs, frames, chunks. Plain data, as rows and events carry it.

import type { GeoPlace } from './geodesy.ts';
import type { Intrinsics } from './intrinsics.ts';
import type { Sim3, Vec3 } from './sim3.ts';

export type PhotoId = string;
export type RunId = string;
export type FrameId = string;
export type ChunkId = string;

export interface Photo {
  id: PhotoId;
  /** Where the pixels are: relative to the project folder when copied, absolute when referenced in place. `/` separates. */
  path: string;
  /** What the user calls it: the file's name, or `clip.mp4 · 0:03.2` for a frame of a video. */
  name: string;
  sha256: string;
  /** Size of the upright picture: EXIF orientation already applied. */
  widthPx: number;
  heightPx: number;
  takenAtMs: number | null;
  /** Focal length in pixels of the upright picture as EXIF tells it. */
  focalPx: number | null;
  /** Camera make and model as EXIF tells it; photos of one camera may share intrinsics. */
  camera: string | null;
  gps: GeoPlace | null;
  /** Place in input order, from zero, without gaps; edits may reorder on top. */
  orderIdx: number;
  /** Known pose and intrinsics from the project it was imported from. */
  prior: { worldFromCamera: Sim3; intrinsics: Intrinsics } | null;
}

export type RunStatus = 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

export interface Run {
  id: RunId;
  modelId: string;
  settings: RunSettings;
  status: RunStatus;
  createdAtMs: number;
  /** Why it failed, or what it could not do: one sentence. */
  message: string | null;
}

/** How much of a proposed state a recurrent method takes; `plain` is what it was trained with, the others are meant for long sequences. */
export const updateRuleIds = ['plain', 'ttt3r', 'filt3r', 'memix'] as const;
export type UpdateRuleId = (typeof updateRuleIds)[number];

/** Whether photos are met once more when all have been met: not at all, without changing the state, or changing it. */
export const revisitIds = ['none', 'frozen', 'updating'] as const;
export type RevisitId = (typeof revisitIds)[number];

export interface RunSettings {
  /** Long side in pixels at which photos are looked at; null leaves it to the method. */
  sizePx: number | null;
  /** Use only the first so many photos; null uses all. */
  maxFrames: number | null;
  /** Adjust poses by explicit tracks after the method has spoken. */
  refine: boolean;
  /** How recurrent methods change their state: as trained, or by a training-free gate. */
  updateRule: UpdateRuleId;
  /** Whether a recurrent method meets every placed photo once more, with all that it has learnt. */
  revisit: RevisitId;
  /** The pack that predicts depth where photos alone tell none; only the built-in method asks it. null: gaps stay. */
  depthModelId: string | null;
}

/** What became of one photo in one run. */
export type FrameStatus = 'placed' | 'waiting' | 'failed';

export interface Frame {
  id: FrameId;
  runId: RunId;
  photoId: PhotoId;
  stepIdx: number;
  status: FrameStatus;
  /** Frames of one submap share a world; submaps that have not joined stand apart. */
  submapIdx: number;
  /** null until placed. Refinement may move it later; points never change. */
  worldFromCamera: Sim3 | null;
  /** In pixels of the upright photo at its full size. */
  intrinsics: Intrinsics | null;
  /** 0…1, how much the method trusts this frame. */
  confidence: number;
  /** Why it could not be used, one sentence; null unless it failed. */
  reason: string | null;
}

export interface Bounds {
  min: Vec3;
  max: Vec3;
}

export interface PointChunk {
  id: ChunkId;
  frameId: FrameId;
  count: number;
  /** In camera axes of the frame. */
  bounds: Bounds;
  /** A preview is replaced by the final chunk of its frame; inferred points were never seen by any photo. */
  kind: 'preview' | 'final' | 'inferred';
}

/** Where a run can be resumed: the state after the first `stepIdx` steps. */
export interface SavedState {
  runId: RunId;
  stepIdx: number;
  createdAtMs: number;
}

export interface ProjectInfo {
  id: string;
  name: string;
  folder: string;
  createdAtMs: number;
  openedAtMs: number;
  photoCount: number;
  bytesOnDisk: number;
  /** Photo whose thumbnail stands for the project. */
  coverPhotoId: PhotoId | null;
  /** Set when the folder cannot be opened now: one sentence. */
  problem: string | null;
}

/** Gaussians of one frame, made from one of its point chunks. */
export interface GaussianChunk {
  id: ChunkId;
  frameId: FrameId;
  sourceChunkId: ChunkId;
  count: number;
  /** Where its rows are now: its own id, or that of the file of a polish. Rows keep their order and meaning. */
  fileId: ChunkId;
}

/** A camera kept by the user: a keyframe of the project's path. */
export interface SavedCamera {
  id: string;
  name: string;
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
  /** Time along the path at which the camera is reached. */
  seconds: number;
}
