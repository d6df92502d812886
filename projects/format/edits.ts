// What the user changed: appended records with an undone flag, and the pure fold that gives the visible scene.

import type { FrameBox } from './frame-box.ts';
import type { Measure } from './measures.ts';
import type { Scale, ScaleSource } from './quantity.ts';
import { combineRows, decodeRows, type ChunkRows, type RowBits } from './row-set.ts';
import type { ChunkId, FrameId, PhotoId, RunId } from './scene.ts';
import { inverse, transformPoint, type Vec3 } from './sim3.ts';

export type Edit =
  | { kind: 'photos-excluded'; photoIds: PhotoId[]; excluded: boolean }
  | { kind: 'photos-reordered'; photoIds: PhotoId[] }
  | { kind: 'frames-hidden'; frameIds: FrameId[]; hidden: boolean }
  | { kind: 'points-deleted'; boxes: FrameBox[] }
  /** Rows of splat chunks and of the point chunks of the same things; `what` is how the user named them. */
  | { kind: 'splats-hidden'; what: string; chunks: ChunkRows[] }
  | { kind: 'splats-deleted'; what: string; chunks: ChunkRows[] }
  /** Brings back what `splats-hidden` hid before; deleted rows stay deleted. */
  | { kind: 'splats-shown' }
  | { kind: 'up-set'; upInWorld: Vec3 }
  /** Holds for one run, since another has other units; `runId` is missing in projects of before, whose scales hold for any. */
  | {
      kind: 'scale-set';
      metresPerUnit: number;
      relativeSigma?: number | null;
      source?: ScaleSource;
      runId?: RunId | null;
    }
  /** Back to no scale. */
  | { kind: 'scale-cleared' }
  | { kind: 'measure-added'; measure: Measure }
  | { kind: 'measure-renamed'; measureId: string; name: string }
  | { kind: 'measures-deleted'; measureIds: string[] };

export interface EditRecord {
  id: string;
  /** Grows by one with every edit of the project. */
  seq: number;
  createdAtMs: number;
  undone: boolean;
  edit: Edit;
}

/** The active edits folded into what a view needs to know. */
export interface EditedScene {
  excludedPhotoIds: ReadonlySet<PhotoId>;
  /** Photos in the order the user gave; photos not named follow in input order. */
  photoOrder: readonly PhotoId[];
  hiddenFrameIds: ReadonlySet<FrameId>;
  deletedBoxes: ReadonlyMap<FrameId, readonly FrameBox[]>;
  /** Rows of splat and point chunks that are hidden or deleted: not drawn, not asked, not exported. */
  goneRows: ReadonlyMap<ChunkId, RowBits>;
  /** True when `splats-shown` would bring something back. */
  hidesRows: boolean;
  upInWorld: Vec3 | null;
  /** null: lengths are in units of the scene. */
  scale: Scale | null;
  /** In the order they were made. */
  measures: readonly Measure[];
}

/** @param runId the run that is shown: scales of other runs do not hold for it; null takes any */
export function foldEdits(records: readonly EditRecord[], runId: RunId | null = null): EditedScene {
  const excluded = new Set<PhotoId>();
  const hidden = new Set<FrameId>();
  const deleted = new Map<FrameId, FrameBox[]>();
  const deletedRows = new Map<ChunkId, RowBits>();
  let hiddenRows = new Map<ChunkId, RowBits>();
  let photoOrder: readonly PhotoId[] = [];
  let upInWorld: Vec3 | null = null;
  let scale: Scale | null = null;
  const measures = new Map<string, Measure>();
  const put = <T>(set: Set<T>, ids: readonly T[], present: boolean): void =>
    ids.forEach((id) => (present ? set.add(id) : set.delete(id)));
  for (const { edit, undone } of [...records].sort((a, b) => a.seq - b.seq)) {
    if (undone) continue;
    if (edit.kind === 'photos-excluded') put(excluded, edit.photoIds, edit.excluded);
    else if (edit.kind === 'photos-reordered') photoOrder = edit.photoIds;
    else if (edit.kind === 'frames-hidden') put(hidden, edit.frameIds, edit.hidden);
    else if (edit.kind === 'points-deleted')
      for (const box of edit.boxes) deleted.set(box.frameId, [...(deleted.get(box.frameId) ?? []), box]);
    else if (edit.kind === 'splats-deleted') addChunks(deletedRows, edit.chunks);
    else if (edit.kind === 'splats-hidden') addChunks(hiddenRows, edit.chunks);
    else if (edit.kind === 'splats-shown') hiddenRows = new Map();
    else if (edit.kind === 'up-set') upInWorld = edit.upInWorld;
    else if (edit.kind === 'scale-set') {
      const isOurs = !edit.runId || runId === null || edit.runId === runId;
      const { metresPerUnit, relativeSigma = null, source = { kind: 'typed' } } = edit;
      if (isOurs) scale = { metresPerUnit, relativeSigma, source };
    } else if (edit.kind === 'scale-cleared') scale = null;
    else if (edit.kind === 'measure-added') measures.set(edit.measure.id, edit.measure);
    else if (edit.kind === 'measures-deleted') edit.measureIds.forEach((id) => measures.delete(id));
    else {
      const measure = measures.get(edit.measureId);
      if (measure) measures.set(measure.id, { ...measure, name: edit.name });
    }
  }
  for (const [chunkId, bits] of hiddenRows) addBits(deletedRows, chunkId, bits);
  return {
    excludedPhotoIds: excluded,
    photoOrder,
    hiddenFrameIds: hidden,
    deletedBoxes: deleted,
    goneRows: deletedRows,
    hidesRows: hiddenRows.size > 0,
    upInWorld,
    scale,
    measures: [...measures.values()],
  };
}

function addChunks(rows: Map<ChunkId, RowBits>, chunks: readonly ChunkRows[]): void {
  for (const { chunkId, rows: text } of chunks) addBits(rows, chunkId, decodeRows(text));
}

function addBits(rows: Map<ChunkId, RowBits>, chunkId: ChunkId, bits: RowBits): void {
  const before = rows.get(chunkId);
  rows.set(chunkId, before ? combineRows(before, bits, 'add') : bits);
}

/** Photos in the order the user sees them. */
export function inEditedOrder<T extends { id: PhotoId; orderIdx: number }>(
  photos: readonly T[],
  scene: EditedScene,
): T[] {
  const place = new Map(scene.photoOrder.map((id, idx) => [id, idx]));
  const key = (photo: T): number => place.get(photo.id) ?? scene.photoOrder.length + photo.orderIdx;
  return [...photos].sort((a, b) => key(a) - key(b));
}

/** A test for points in camera axes of a frame: true when a deleted box holds the point. */
export function deletionTest(boxes: readonly FrameBox[]): (pointInCamera: Vec3) => boolean {
  const prepared = boxes.map(({ cameraFromBox, halfSize }) => ({ boxFromCamera: inverse(cameraFromBox), halfSize }));
  return (pointInCamera) =>
    prepared.some(({ boxFromCamera, halfSize }) => {
      const p = transformPoint(boxFromCamera, pointInCamera);
      return Math.abs(p[0]) <= halfSize[0] && Math.abs(p[1]) <= halfSize[1] && Math.abs(p[2]) <= halfSize[2];
    });
}
