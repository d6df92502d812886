// The scene as it is shown: frames, points and splats with the active edits folded in, one chunk in memory at a time.

import { deletionTest, foldEdits, inEditedOrder, type EditedScene } from '../format/edits.ts';
import { decodeGaussianChunk, type GaussianColumns } from '../format/gaussian-chunk.ts';
import { locatedCameras, upOfScene } from '../format/gravity.ts';
import type { Intrinsics } from '../format/intrinsics.ts';
import { decodePointChunk, pointFlag } from '../format/point-chunk.ts';
import { StudioFailure } from '../format/result.ts';
import { emptyBits, hasRow } from '../format/row-set.ts';
import type { ChunkId, Frame, GaussianChunk, Photo, PointChunk } from '../format/scene.ts';
import { matrixFromQuaternion, scaled, type Sim3, type Vec3 } from '../format/sim3.ts';
import type { ExportOptions, ExportSource } from './source.ts';

/** A placed frame that is shown. */
export interface VisibleFrame {
  frame: Frame;
  photo: Photo;
  /** In metres where the user has set the scale. */
  worldFromCamera: Sim3;
  intrinsics: Intrinsics;
}

/** The shown points of one chunk. All columns have `count` rows. */
export interface PointBlock {
  frameIdx: number;
  count: number;
  /** count × 3, world. */
  positions: Float32Array;
  /** count × 3, world, unit length or zero. */
  normals: Float32Array;
  /** count × 4: sRGB and confidence. */
  colors: Uint8Array;
  /** count × 2: where the point was seen, in pixels of the full-size photo. */
  pixels: Float32Array;
  /** Grid the method looked at, which covers the whole photo. */
  gridWidthPx: number;
  gridHeightPx: number;
}

/** The shown splats of one chunk, still in camera axes of their frame. */
export interface SplatBlock {
  frameIdx: number;
  columns: GaussianColumns;
  /** Rows that are shown. */
  rows: Uint32Array;
}

export class VisibleScene {
  readonly frames: readonly VisibleFrame[];
  readonly edits: EditedScene;
  /** Up in world axes, a unit vector: as the user set it, or as cameras and GPS tell it. */
  readonly up: Vec3;
  readonly #source: ExportSource;
  readonly #options: ExportOptions;
  readonly #chunks: readonly { chunk: PointChunk; frameIdx: number }[];
  readonly #splats: readonly { chunk: GaussianChunk; frameIdx: number }[];

  constructor(source: ExportSource, options: ExportOptions) {
    this.#source = source;
    this.#options = options;
    this.edits = foldEdits(source.edits, source.frames[0]?.runId ?? null);
    this.up = this.edits.upInWorld ?? upOfScene(locatedCameras(source.frames, source.photos)) ?? [0, -1, 0];
    const scale = this.edits.scale?.metresPerUnit ?? 1;
    const frameOf = new Map(source.frames.map((frame) => [frame.photoId, frame]));
    this.frames = inEditedOrder(source.photos, this.edits).flatMap((photo): VisibleFrame[] => {
      const frame = frameOf.get(photo.id);
      if (!frame?.worldFromCamera || !frame.intrinsics || frame.status !== 'placed') return [];
      if (this.edits.excludedPhotoIds.has(photo.id) || this.edits.hiddenFrameIds.has(frame.id)) return [];
      const { rotation, translation, scale: own } = frame.worldFromCamera;
      const worldFromCamera = { rotation, translation: scaled(translation, scale), scale: own * scale };
      return [{ frame, photo, worldFromCamera, intrinsics: frame.intrinsics }];
    });
    const idxOf = new Map(this.frames.map(({ frame }, idx) => [frame.id, idx]));
    const final = new Set(source.chunks.filter((chunk) => chunk.kind === 'final').map((chunk) => chunk.frameId));
    this.#chunks = source.chunks.flatMap((chunk) => {
      const frameIdx = idxOf.get(chunk.frameId);
      if (frameIdx === undefined || (chunk.kind === 'preview' && final.has(chunk.frameId))) return [];
      return chunk.kind === 'inferred' && !options.includeInferred ? [] : [{ chunk, frameIdx }];
    });
    this.#splats = source.gaussians.flatMap((chunk) => {
      const frameIdx = idxOf.get(chunk.frameId);
      return frameIdx === undefined ? [] : [{ chunk, frameIdx }];
    });
  }

  /** @throws StudioFailure nothing-to-export without a placed frame */
  requireFrames(): readonly VisibleFrame[] {
    if (this.frames.length === 0)
      throw new StudioFailure('nothing-to-export', { reason: 'no photo has been placed, or all are hidden.' });
    return this.frames;
  }

  /** Largest depth in camera axes over all chunks, times their scale: from the rows, without reading files. */
  largestDepth(): number {
    return Math.max(
      0,
      ...this.#chunks.map(({ chunk, frameIdx }) => chunk.bounds.max[2] * this.frames[frameIdx].worldFromCamera.scale),
    );
  }

  /** Points that would be written, at most. */
  pointCount(defaultMax: number | null): number {
    const max = this.#options.maxCount === undefined ? defaultMax : this.#options.maxCount;
    return Math.min(
      max ?? Infinity,
      this.#chunks.reduce((sum, { chunk }) => sum + chunk.count, 0),
    );
  }

  /** True when `maxCount` thins the points of a format whose own limit is `defaultMax`. */
  isThinned(defaultMax: number | null): boolean {
    const max = this.#options.maxCount === undefined ? defaultMax : this.#options.maxCount;
    return max !== null && this.#chunks.reduce((sum, { chunk }) => sum + chunk.count, 0) > max;
  }

  /**
   * Chunk after chunk, frame after frame. `defaultMax` is the format's own limit when the caller set none.
   * @param every all points, whatever the limit
   */
  async *points(defaultMax: number | null = null, every = false): AsyncGenerator<PointBlock> {
    const { maxCount = defaultMax, signal, onProgress } = this.#options;
    const inOrder = [...this.#chunks].sort((a, b) => a.frameIdx - b.frameIdx);
    const total = inOrder.reduce((sum, { chunk }) => sum + chunk.count, 0);
    const share = !every && maxCount !== null && total > maxCount ? maxCount / total : 1;
    for (const [i, { chunk, frameIdx }] of inOrder.entries()) {
      stopIfAborted(signal);
      yield this.#pointBlock(chunk.id, await this.#source.readChunk(chunk.id), frameIdx, share);
      onProgress?.((i + 1) / inOrder.length);
    }
  }

  #pointBlock(chunkId: ChunkId, file: Uint8Array, frameIdx: number, share: number): PointBlock {
    const columns = decodePointChunk(file);
    const { frame, worldFromCamera, intrinsics } = this.frames[frameIdx];
    const { minConfidence = 0, includeInferred = false, keepPoint = null } = this.#options;
    const isDeleted = deletionTest(this.edits.deletedBoxes.get(frame.id) ?? []);
    const hasBoxes = this.edits.deletedBoxes.has(frame.id);
    const gone = this.edits.goneRows.get(chunkId) ?? emptyBits(0);
    const m = matrixFromQuaternion(worldFromCamera.rotation);
    const [tx, ty, tz] = worldFromCamera.translation;
    const s = worldFromCamera.scale;
    // Chunks are shuffled, so a prefix is a fair sample.
    const rows = Math.round(columns.count * share);
    const block = {
      positions: new Float32Array(rows * 3),
      normals: new Float32Array(rows * 3),
      colors: new Uint8Array(rows * 4),
      pixels: new Float32Array(rows * 2),
    };
    const xPerCell = intrinsics.widthPx / columns.gridWidthPx;
    const yPerCell = intrinsics.heightPx / columns.gridHeightPx;
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const x = columns.positions[i * 3];
      const y = columns.positions[i * 3 + 1];
      const z = columns.positions[i * 3 + 2];
      if (columns.colors[i * 4 + 3] < minConfidence * 255) continue;
      if (!includeInferred && columns.flags[i] & pointFlag.inferred) continue;
      if (!Number.isFinite(x + y + z) || (hasBoxes && isDeleted([x, y, z]))) continue;
      if (hasRow(gone, i) || keepPoint?.(chunkId, i) === false) continue;
      block.positions[count * 3] = s * (m[0] * x + m[1] * y + m[2] * z) + tx;
      block.positions[count * 3 + 1] = s * (m[3] * x + m[4] * y + m[5] * z) + ty;
      block.positions[count * 3 + 2] = s * (m[6] * x + m[7] * y + m[8] * z) + tz;
      const nx = columns.normals[i * 3];
      const ny = columns.normals[i * 3 + 1];
      const nz = columns.normals[i * 3 + 2];
      const l = Math.hypot(nx, ny, nz) || 1;
      for (let k = 0; k < 3; k++)
        block.normals[count * 3 + k] = (m[k * 3] * nx + m[k * 3 + 1] * ny + m[k * 3 + 2] * nz) / l;
      block.colors.set(columns.colors.subarray(i * 4, i * 4 + 4), count * 4);
      block.pixels[count * 2] = (columns.pixels[i * 2] + 0.5) * xPerCell;
      block.pixels[count * 2 + 1] = (columns.pixels[i * 2 + 1] + 0.5) * yPerCell;
      count++;
    }
    return { frameIdx, count, ...block, gridWidthPx: columns.gridWidthPx, gridHeightPx: columns.gridHeightPx };
  }

  /** Splats chunk after chunk; formats that need several passes call it again. */
  async *splats(): AsyncGenerator<SplatBlock> {
    const { maxCount = null, keepSplat = null, minConfidence = 0, signal, onProgress } = this.#options;
    const inOrder = [...this.#splats].sort((a, b) => a.frameIdx - b.frameIdx);
    const total = inOrder.reduce((sum, { chunk }) => sum + chunk.count, 0);
    const share = maxCount !== null && total > maxCount ? maxCount / total : 1;
    for (const [i, { chunk, frameIdx }] of inOrder.entries()) {
      stopIfAborted(signal);
      const columns = decodeGaussianChunk(await this.#source.readChunk(chunk.fileId));
      const boxes = this.edits.deletedBoxes.get(chunk.frameId) ?? [];
      const isDeleted = deletionTest(boxes);
      const gone = this.edits.goneRows.get(chunk.id) ?? emptyBits(0);
      const rows: number[] = [];
      for (let row = 0; row < Math.round(columns.count * share); row++) {
        const x = columns.means[row * 3];
        const y = columns.means[row * 3 + 1];
        const z = columns.means[row * 3 + 2];
        if (columns.colors[row * 4 + 3] < Math.max(1, minConfidence * 255) || !Number.isFinite(x + y + z)) continue;
        if ((boxes.length > 0 && isDeleted([x, y, z])) || keepSplat?.(chunk.id, row) === false) continue;
        if (hasRow(gone, row)) continue;
        rows.push(row);
      }
      yield { frameIdx, columns, rows: Uint32Array.from(rows) };
      onProgress?.((i + 1) / inOrder.length);
    }
  }
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StudioFailure('cancelled');
}
