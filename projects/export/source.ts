// What an export is made from, and what it may be asked: plain rows and a reader of chunks, no database.

import type { EditRecord } from '../format/edits.ts';
import type { BeliefId, FirstBelief } from '../format/belief.ts';
import type { ChunkId, Frame, GaussianChunk, Photo, PointChunk } from '../format/scene.ts';

export interface ExportSource {
  photos: readonly Photo[];
  /** Frames of the run to export. */
  frames: readonly Frame[];
  chunks: readonly PointChunk[];
  gaussians: readonly GaussianChunk[];
  /** Of frames whose photos were met twice; `frames` and `chunks` hold what was revised. */
  beliefs: readonly FirstBelief[];
  edits: readonly EditRecord[];
  /** Bytes of a chunk file. */
  readChunk: (id: ChunkId) => Promise<Uint8Array>;
  /** Where a photo lies now, as an absolute path. */
  photoPath: (photo: Photo) => string;
  /** Code of the page that shows a shared scene (`renderer/share`), one module. @throws StudioFailure export-failed where it was not built */
  sharedViewer: () => Promise<string>;
}

export interface ExportOptions {
  /** Points below this confidence (0…1) are left out; default 0. */
  minConfidence?: number;
  /** Which belief of photos that were met twice; default revised. */
  belief?: BeliefId;
  /** Points the method inferred without any photo seeing them; default left out. */
  includeInferred?: boolean;
  /** At most about so many points or splats, a fair sample; default all, except where a format says otherwise. */
  maxCount?: number | null;
  /** splat-ply: adds the index into the run's codebook as property `feature`; default no. */
  includeFeatures?: boolean;
  /** Keeps only splats that the predicate accepts: a selection. Index counts within the frame's chunk. */
  keepSplat?: ((chunkId: ChunkId, splatIdx: number) => boolean) | null;
  /** The same for points. */
  keepPoint?: ((chunkId: ChunkId, pointIdx: number) => boolean) | null;
  signal?: AbortSignal;
  /** Share 0…1 of the chunks that were written. */
  onProgress?: (fraction: number) => void;
}

export interface WrittenExport {
  /** The file or folder that was asked for. */
  path: string;
  /** Every file, absolute. */
  files: string[];
  bytes: number;
  /** Which belief of photos that were met twice was written; null when there is only one. */
  belief: BeliefId | null;
  /** What differs from the picture on the screen, or could not be said in this format: one sentence each. */
  notices: string[];
}
