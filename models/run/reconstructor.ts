// The only shape of a method: a state, a photo, and what the state says after meeting it.

import type { ClosingWork } from '../../projects/format/closing-work.ts';
import type { Intrinsics } from '../../projects/format/intrinsics.ts';
import type { PointGaussians } from '../../projects/format/point-chunk.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { NamedTensor } from '../../projects/format/safetensors.ts';
import type { Photo, PhotoId, PointChunk, RunSettings } from '../../projects/format/scene.ts';
import type { Sim3 } from '../../projects/format/sim3.ts';

/** Pixels of one upright picture, row by row. */
export interface RgbImage {
  widthPx: number;
  heightPx: number;
  /** heightPx × widthPx × 3, sRGB. */
  data: Uint8Array;
}

/** A photo whose pixels are read on demand, decoded by the engine; EXIF orientation is applied. */
export interface PhotoSource extends Photo {
  /**
   * The upright picture at a given size.
   * `fit: 'inside'` keeps the aspect and never enlarges beyond the original unless `enlarge`; sizes are rounded to whole pixels.
   * `kernel` defaults to 'lanczos3'.
   */
  read(size: {
    widthPx: number;
    heightPx: number;
    fit: 'inside' | 'fill';
    enlarge?: boolean;
    kernel?: 'lanczos3' | 'cubic' | 'linear';
  }): Promise<RgbImage>;
}

/** What a method holds between photos, in the form that is saved. */
export interface SceneState {
  modelId: string;
  stepIdx: number;
  tensors: Record<string, NamedTensor>;
  /** Small facts beside the tensors, as JSON-able values. */
  facts: Record<string, unknown>;
}

/** A dense answer for one photo on its own pixel grid. */
export interface PointMap {
  photoId: PhotoId;
  kind: PointChunk['kind'];
  gridWidthPx: number;
  gridHeightPx: number;
  /** cells × 3 in camera axes; a cell without a point holds NaN. */
  positions: Float32Array;
  /** cells: 0…1 as shown; each method maps its own scale. */
  confidences: Float32Array;
  /** cells × 3 sRGB. */
  colors: Uint8Array;
  /** cells × 3 unit normals in camera axes, or null. */
  normals: Float32Array | null;
  /** cells: relative disagreement of two predictions (0 none), or null. */
  errors: Float32Array | null;
  /** cells: 1 where the point moves, or null. */
  moving: Uint8Array | null;
  /** A row for each cell; left out by methods that predict points only. */
  gaussians?: PointGaussians;
}

export interface Placement {
  photoId: PhotoId;
  worldFromCamera: Sim3;
  /** In pixels of the upright photo at its full size. */
  intrinsics: Intrinsics;
  submapIdx: number;
  /** 0…1 */
  confidence: number;
}

export interface StepOutput {
  /** New or moved photos. */
  placed: Placement[];
  /** Photos that wait for the map to grow. */
  waiting: PhotoId[];
  pointMaps: PointMap[];
  notices: string[];
  /** Time spent inside the networks or the method's numeric kernels, for the share that is overhead. */
  modelMs: number;
}

export interface SettleOutput extends StepOutput {
  /** True when nothing is left to do. */
  settled: boolean;
  /** What the next piece will do; left out by methods whose pieces are all alike. */
  next?: ClosingWork;
}

export interface BeginOptions {
  settings: RunSettings;
  /** All photos of the run in order. */
  photos: readonly PhotoSource[];
  /** A folder for derived data that may vanish. */
  cacheFolder: string;
  /** State to go on from, as `save` returned it. */
  saved: SceneState | null;
}

export interface StepOptions {
  /** false: look, but leave the state as it is. */
  update: boolean;
  /** true: begin a new submap after this photo. */
  reset: boolean;
}

export interface Reconstructor {
  /** What runs where and why, as one short line. */
  readonly provider: string;
  /** Prepares the state; resolves with the number of steps it already holds. */
  begin(options: BeginOptions): Promise<number>;
  /** Shows the next photo to the state. */
  step(photo: PhotoSource, options: StepOptions): Promise<StepOutput>;
  /** The next small piece of closing work; `settled` when none is left. May be called again after more steps. */
  settle(): Promise<SettleOutput>;
  /** What the state believes a camera would see. Never changes the state. null: this method has no such belief. */
  peek(worldFromCamera: Sim3, intrinsics: Intrinsics): Promise<PointMap | null>;
  /** The state after the last step, complete: begin with it goes on bit by bit as if nothing had happened. */
  save(): Promise<SceneState>;
  dispose(): Promise<void>;
}

/** For photos that others are compared with: their files may go, or be replaced, while the others are still to be done. */
export function noneIfUnreadable(error: unknown): null {
  if (error instanceof StudioFailure) return null;
  throw error;
}
