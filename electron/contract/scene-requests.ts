// What the host asks of the engine about a whole scene: splats, questions in words, pictures from any camera.

import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { Intrinsics } from '../../projects/format/intrinsics.ts';
import type { Scale } from '../../projects/format/quantity.ts';
import type { PolishReport } from '../../projects/format/polish.ts';
import type { FramePose, RefinementReport } from '../../projects/format/refinement.ts';
import type { EnginePhoto } from './engine.ts';
import type { Bounds, ChunkId, FrameId, PhotoId, PointChunk } from '../../projects/format/scene.ts';
import type { Sim3, Vec3 } from '../../projects/format/sim3.ts';
import type { FeatureProbe } from './feature-probe.ts';
import type { SelectRequests } from './select-requests.ts';

/** A placed, visible frame and where its bulk data is. Files never change under their path. */
export interface SceneFrame {
  frameId: FrameId;
  photoId: PhotoId;
  worldFromCamera: Sim3;
  /** In pixels of the upright photo at its full size. */
  intrinsics: Intrinsics;
  pointsId: ChunkId;
  pointsPath: string;
  /** null until they are made. */
  gaussians: { id: ChunkId; path: string } | null;
  deletedBoxes: readonly FrameBox[];
  /** Rows of the Gaussians that an edit has hidden or deleted, as `encodeRows` writes them; null for none. */
  goneSplats: string | null;
}

/** Large flat things of a scene; `null` where it shows none. Heights and offsets in world units. */
export interface RoomPlanesReply {
  upInWorld: Vec3;
  floorHeight: number | null;
  ceilingHeight: number | null;
  walls: { normalInWorld: Vec3; offset: number }[];
  tolerance: number;
}

export interface SplatRequest {
  /** All frames of the scene, in run order: overlap is told by them. */
  frames: SceneFrame[];
  /** The frame whose Gaussians are to be made. */
  frameId: FrameId;
  planes: RoomPlanesReply;
  chunksFolder: string;
}

/** What a language pack has made of a run so far. */
export interface LanguageFiles {
  packFolder: string;
  codebookPath: string;
  /** Feature file of each frame that the pack has looked at. */
  featurePaths: Readonly<Record<FrameId, string>>;
}

export interface EmbedRequest {
  /** Its Gaussians exist. */
  frame: SceneFrame;
  photoPath: string;
  packFolder: string;
  codebookPath: string;
  chunksFolder: string;
}

export interface AskRequest {
  text: string;
  /** Codes of splats the user clicked as "not this". */
  notThis: { frameId: FrameId; splatIdx: number }[];
  /** 0…1: a splat is a hit from this score on. */
  threshold: number;
  frames: SceneFrame[];
  /** null without a language pack: only the words of the built-in lexicon are known then. */
  language: LanguageFiles | null;
  upInWorld: Vec3;
  /** null: words of size and distance compare within the scene. */
  scale: Scale | null;
  /** Where the file of scores goes. */
  scoresFolder: string;
}

/** A photo that saw something, best first, with the region it takes in the upright photo at full size. */
export interface Evidence {
  photoId: PhotoId;
  /** Share of the thing that the photo sees, 0…1. */
  share: number;
  regionPx: { x: number; y: number; width: number; height: number };
}

export interface AnswerInstance {
  label: string;
  /** World axes. */
  box: Bounds;
  center: Vec3;
  count: number;
  score: number;
  photos: Evidence[];
}

export interface AskReply {
  /** File of one byte (score · 255) per splat, frame after frame in the order of `chunkIds`. */
  scoresId: ChunkId;
  chunkIds: ChunkId[];
  /** Splats in all, and those whose score reaches the threshold. */
  splats: number;
  hits: number;
  /** Splats per score, 64 equal bins from 0 to 1. */
  histogram: number[];
  instances: AnswerInstance[];
  photos: Evidence[];
  /** What words were taken to mean, one sentence each. */
  notices: string[];
  /** From the request to the scores on disk, with everything loaded. */
  ms: number;
}

export interface LabelRequest {
  words: string[];
  /** A splat whose best score is lower belongs to the reject class. */
  reject: number;
  frames: SceneFrame[];
  language: LanguageFiles | null;
  upInWorld: Vec3;
  scale: Scale | null;
  scoresFolder: string;
}

export interface LabelReply {
  /** File of one byte per splat: index into `words`, 255 for the reject class. */
  labelsId: ChunkId;
  chunkIds: ChunkId[];
  /** Splats per word, then the reject class. */
  counts: number[];
}

export interface RenderRequest {
  frames: SceneFrame[];
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
  kind: 'color' | 'depth' | 'labels';
  /** What a picture of labels shares the splats among; `colors` (`#rrggbb`) in the order of the words. */
  labels: Pick<LabelRequest, 'words' | 'reject' | 'language' | 'upInWorld' | 'scale'> & { colors: string[] };
  /** PNG; depth is 16 bit, in thousandths of a world unit; pixels without a label are black. */
  outPath: string;
}

export interface RefineRequest {
  /** Photos of the frames, with where their files are. */
  photos: EnginePhoto[];
  /** In run order. Frames of one submap share a world and are adjusted together. */
  frames: (FramePose & { submapIdx: number; pointsPath: string })[];
  /** Features of photos are kept there. */
  cacheFolder: string;
  /** Points that were corrected are written there. */
  chunksFolder: string;
}

export interface RefineReply {
  /** One per world, the largest first. */
  reports: RefinementReport[];
  /** Frames of the worlds whose refinement was taken. */
  poses: FramePose[];
  /** Their points, corrected in depth where other photos confirm it. */
  chunks: (Omit<PointChunk, 'frameId'> & { photoId: PhotoId })[];
}

export interface ScoreViewsRequest {
  frames: SceneFrame[];
  /** Where each photo's file is now. */
  photoPaths: Readonly<Record<PhotoId, string>>;
  /** Every so many-th photo is left out and drawn from the others. */
  every: number;
  /** Score them a second time with the splats polished against the photos that stay. */
  polish: boolean;
}

/** Held-out photos against the splats of the others, drawn from their poses: means over the views. */
export interface ViewMeans {
  /** Decibels. */
  psnr: number;
  ssim: number;
  /** Share of the pixels that splats cover: only those are compared. */
  coverage: number;
  views: { photoId: PhotoId; psnr: number; ssim: number; coverage: number }[];
}

export interface ViewScores extends ViewMeans {
  /** Over the same pixels; null when it was not asked for. */
  polished: (ViewMeans & { seconds: number }) | null;
}

export interface FeatureProbeRequest {
  frames: SceneFrame[];
  /** Where each photo's file is now. */
  photoPaths: Readonly<Record<PhotoId, string>>;
  /** Packs whose encoders are asked. */
  packFolders: string[];
  /** Every so many-th photo is left out and drawn from the others. */
  every: number;
}

export interface PolishBeginRequest {
  /** Those with splats are polished. */
  frames: SceneFrame[];
  /** Where each photo's file is now. */
  photoPaths: Readonly<Record<PhotoId, string>>;
}

export interface PolishProgress {
  /** Looks at photos; it may be finished before all are done. */
  done: number;
  total: number;
  finished: boolean;
}

export interface PolishReply {
  /** A file for the splats of each frame, row by row those of the chunk `gaussianId`. */
  chunks: { id: ChunkId; gaussianId: ChunkId }[];
  report: PolishReport;
}

export interface TrackRequest {
  /** In run order; a moving point is followed along it. */
  frames: (SceneFrame & { photoPath: string })[];
  photoId: PhotoId;
  /** In pixels of the upright photo at its full size; the centre of the top left one is (0.5, 0.5). */
  xPx: number;
  yPx: number;
}

/** A tracked point in one photo. */
export interface TrackObservation {
  photoId: PhotoId;
  /** At full size; may lie outside the photo. Null behind the camera, or when a moving point was lost. */
  xPx: number | null;
  yPx: number | null;
  visible: boolean;
  /** How well the surroundings fit those of the clicked pixel, 0…1; 0 where they were not compared. */
  score: number;
  /** Where this photo's own depth puts it; for a moving point these are its trail. */
  pointInWorld: Vec3 | null;
}

export interface TrackReply {
  pointInWorld: Vec3;
  /** It is not where a still point would be, or the method says that it moves. */
  moving: boolean;
  /** One for every photo of the scene, in run order. */
  observations: TrackObservation[];
}

export interface SceneRequests extends SelectRequests {
  findPlanes: { input: { frames: SceneFrame[]; upInWorld: Vec3 }; output: RoomPlanesReply };
  splat: { input: SplatRequest; output: { id: ChunkId; count: number } };
  /** `codes`: how many the run's codebook has now. */
  embed: { input: EmbedRequest; output: { id: ChunkId; codes: number } };
  ask: { input: AskRequest; output: AskReply };
  label: { input: LabelRequest; output: LabelReply };
  refine: { input: RefineRequest; output: RefineReply };
  /** Reads splats and photos for polishing; one polish at a time. */
  polishBegin: { input: PolishBeginRequest; output: PolishProgress };
  polishAdvance: { input: null; output: PolishProgress };
  /** Writes the polished splats; `chunksFolder: null` drops them. */
  polishEnd: { input: { chunksFolder: string | null }; output: PolishReply | null };
  scoreViews: { input: ScoreViewsRequest; output: ViewScores };
  /** Compares what the encoders of packs know of the scene. */
  probeFeatures: { input: FeatureProbeRequest; output: FeatureProbe };
  track: { input: TrackRequest; output: TrackReply };
  render: { input: RenderRequest; output: { coverage: number } };
}
