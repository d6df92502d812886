// What the host asks of the engine about space: places that were picked, boxes around things, questions that geometry answers.

import type { ChunkRows } from '../../projects/format/row-set.ts';
import type { FrameBox } from '../../projects/format/frame-box.ts';
import type { Anchor } from '../../projects/format/measures.ts';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { Vec3 } from '../../projects/format/sim3.ts';
import type { SpatialResult } from '../../projects/format/spatial-answer.ts';
import type { AskRequest, Evidence, SceneFrame } from './scene-requests.ts';

/** A click on the scene, or a pixel of a photo. */
export type PickedPlace =
  /** `precision`: one standard deviation of the click, world units. */
  | { kind: 'world'; pointInWorld: Vec3; precision: number }
  /** In pixels of the upright photo at its full size; the centre of the top left one is (0.5, 0.5). */
  | { kind: 'photo'; photoId: PhotoId; xPx: number; yPx: number };

export interface AnchorRequest {
  frames: SceneFrame[];
  places: PickedPlace[];
}

export interface BoxRequest {
  frames: SceneFrame[];
  upInWorld: Vec3;
  /** Rows of splat chunks. */
  selection: ChunkRows[];
}

export interface BoxReply {
  /** Its own x and y are level, z is up. */
  box: FrameBox;
  /** One standard deviation of an edge, world units. */
  sigma: number;
}

export interface SpatialRequest extends Pick<AskRequest, 'frames' | 'language' | 'upInWorld' | 'scale'> {
  text: string;
  /** 0…1: a splat belongs to what the words name from this score on. */
  threshold: number;
  /** Photos in input order, with their names. */
  photos: { id: PhotoId; name: string }[];
}

export interface SpatialAnswer extends SpatialResult {
  /** Photos that show what the answer speaks of, best first. */
  photos: Evidence[];
  ms: number;
}

export interface SpaceRequests {
  answer: { input: SpatialRequest; output: SpatialAnswer };
  anchor: { input: AnchorRequest; output: Anchor[] };
  box: { input: BoxRequest; output: BoxReply };
}
