// What the host asks of the engine about a selection: which splats it holds, which points lie on them, what there is to count.

import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { ChunkRows, RowOperation } from '../../projects/format/row-set.ts';
import type { ChunkId, FrameId, PhotoId } from '../../projects/format/scene.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import type { AskRequest, LabelRequest, SceneFrame } from './scene-requests.ts';

/** How splats are chosen. */
export type SelectBy =
  /** Hits of a question; of one thing only when `instanceIdx` (place in the answer) is set. */
  | ({ kind: 'words'; instanceIdx: number | null } & Pick<AskRequest, 'text' | 'threshold' | 'notThis'>)
  | { kind: 'box'; boxes: FrameBox[] }
  /** What hangs together with one splat and looks like it. `tolerance` in CIELAB units. */
  | { kind: 'grow'; frameId: FrameId; splatIdx: number; tolerance: number };

export interface SelectRequest extends Pick<
  AskRequest,
  'frames' | 'language' | 'upInWorld' | 'scale' | 'scoresFolder'
> {
  by: SelectBy;
  operation: RowOperation;
  /** What is selected now, rows of splat chunks. */
  selection: ChunkRows[];
}

export interface SelectReply {
  /** Rows of splat chunks; chunks without a chosen row are not named. */
  selection: ChunkRows[];
  splats: number;
}

export interface SelectedPointsRequest {
  frames: SceneFrame[];
  /** Rows of splat chunks. */
  selection: ChunkRows[];
  /** True asks for the complement: all splats and points that are not selected. */
  others: boolean;
}

export interface SelectedPointsReply {
  /** Rows of splat chunks and of point chunks. */
  chunks: ChunkRows[];
  splats: number;
  points: number;
}

/** One line of an inventory. Lengths in world units. */
export interface InventoryRow {
  label: string;
  /** Splats of the label, or of one thing of it. */
  count: number;
  /** Along x, y, z of the world. */
  size: Vec3;
  center: Vec3;
  /** Photos that saw it, best first. */
  photoIds: PhotoId[];
}

export type FeaturesRequest = Pick<AskRequest, 'frames' | 'language' | 'scoresFolder'>;

export interface FeaturesReply {
  /** File of three bytes (sRGB) per splat, frame after frame in the order of `chunkIds`; black where there is no feature. */
  colorsId: ChunkId;
  chunkIds: ChunkId[];
}

export interface SelectRequests {
  select: { input: SelectRequest; output: SelectReply };
  selectedPoints: { input: SelectedPointsRequest; output: SelectedPointsReply };
  features: { input: FeaturesRequest; output: FeaturesReply };
  inventory: { input: LabelRequest; output: InventoryRow[] };
}
