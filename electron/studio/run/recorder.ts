// What the engine answered becomes rows, then events; files of replaced chunks go last.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StepReply } from '../../contract/engine.ts';
import type { Emitter } from '../emitter.ts';
import { chunkPath } from '../../../projects/format/layout.ts';
import type { FirstBelief } from '../../../projects/format/belief.ts';
import type { Frame, PhotoId, Run, RunId } from '../../../projects/format/scene.ts';
import type { FrameDraft } from '../../../projects/store/tables/frames.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';

export class RunRecorder {
  readonly #store: ProjectStore;
  readonly #emitter: Emitter;
  readonly #runId: RunId;
  /** Frames of the run by photo, as the rows have them. */
  readonly frames = new Map<PhotoId, Frame>();
  /** Points of each frame's chunk, for the count that is shown. */
  readonly #pointsByFrame = new Map<string, number>();

  constructor(store: ProjectStore, emitter: Emitter, runId: RunId) {
    this.#store = store;
    this.#emitter = emitter;
    this.#runId = runId;
    for (const frame of store.frames.list(runId)) this.frames.set(frame.photoId, frame);
    for (const chunk of store.chunks.list(runId)) this.#pointsByFrame.set(chunk.frameId, chunk.count);
  }

  get points(): number {
    let sum = 0;
    for (const count of this.#pointsByFrame.values()) sum += count;
    return sum;
  }

  /**
   * What was believed of a photo before it is met again: what is kept of its first meeting, or what is believed now. null when it
   * has no points.
   * @param again false: only what is kept counts, for the photo is met for the first time or once more after a crash
   */
  firstBelief(photoId: PhotoId, again: boolean): FirstBelief | null {
    const frame = this.frames.get(photoId);
    const kept = frame ? this.#store.beliefs.ofFrame(frame.id) : null;
    if (kept || !again || !frame?.worldFromCamera) return kept;
    const { id: frameId, worldFromCamera, intrinsics, confidence } = frame;
    const points = this.#store.chunks.ofFrame(frameId).find(({ kind }) => kind === 'final');
    const revised = { worldFromCamera, confidence };
    return points ? { frameId, worldFromCamera, intrinsics, confidence, points, revised, depth: null } : null;
  }

  /**
   * Records one answer of `step` or `settle`.
   * @param shownPhotoId the photo that the state met in this step; null when it met none
   * @param first what was believed of the photo at first, when it is met again
   */
  record(reply: StepReply, shownPhotoId: PhotoId | null, first: FirstBelief | null): void {
    const drafts = draftsOf(reply, shownPhotoId, this.frames);
    const { frames, chunks, replaced, unneeded, beliefs } = this.#store.commitStep({
      runId: this.#runId,
      frames: drafts,
      chunks: reply.chunks,
      ...(shownPhotoId !== null && { meeting: { stepIdx: Math.max(0, reply.stepIdx - 1), photoId: shownPhotoId } }),
      ...(first && { revises: { first, depth: reply.depthChange } }),
    });
    for (const frame of frames) this.frames.set(frame.photoId, frame);
    for (const chunk of chunks) this.#pointsByFrame.set(chunk.frameId, chunk.count);
    if (frames.length > 0) this.#emitter.emit('frames.changed', { frames });
    if (chunks.length > 0) this.#emitter.emit('chunks.added', { chunks, replaced });
    if (beliefs.length > 0) this.#emitter.emit('beliefs.changed', { beliefs });
    this.#deleteFiles(unneeded);
  }

  /** Frames that refinement has moved. */
  moved(frames: readonly Frame[]): void {
    for (const frame of frames) this.frames.set(frame.photoId, frame);
  }

  /**
   * The photo could not be used. Its earlier place in the run, if it had one, is given up.
   * @returns steps in which it had been met, and is no more
   */
  recordFailure(photoId: PhotoId, stepIdx: number, reason: string): number[] {
    const before = this.frames.get(photoId);
    const steps = this.#store.meetings.leaveOut(this.#runId, stepIdx, photoId);
    const first = before ? this.#store.beliefs.ofFrame(before.id) : null;
    if (first) {
      this.#store.beliefs.remove([first.points.id]);
      this.#deleteFiles([first.points.id]);
    }
    const lost = before ? this.#store.chunks.ofFrame(before.id).map(({ id }) => id) : [];
    if (lost.length > 0) {
      this.#emitter.emit('chunks.added', { chunks: [], replaced: lost });
      this.#store.chunks.remove(lost);
      this.#deleteFiles(lost);
    }
    if (before) {
      this.#deleteFiles(this.#store.refinedPoints.forget(before.id));
      this.#pointsByFrame.delete(before.id);
    }
    const { frames } = this.#store.commitStep({
      runId: this.#runId,
      frames: [{ ...unplaced, photoId, stepIdx, status: 'failed', reason }],
      chunks: [],
    });
    for (const frame of frames) this.frames.set(frame.photoId, frame);
    this.#emitter.emit('frames.changed', { frames });
    return steps;
  }

  /** Records how the run rests. */
  rested(run: Run): Run {
    const { id, status, message } = run;
    try {
      return this.#store.runs.update(id, { status, message }) ?? run;
    } catch {
      // Not even that could be written (a full disk): the next opening finds a run under way and calls it paused.
      return run;
    }
  }

  /**
   * Before the engine is asked for the next photo, so that a crash leaves one file without a row at most. What remains
   * then, or is held open on Windows, is swept when the project is opened.
   */
  #deleteFiles(chunkIds: readonly string[]): void {
    for (const id of chunkIds) {
      try {
        rmSync(join(this.#store.folder, chunkPath(id)), { force: true });
      } catch {
        // Swept later.
      }
    }
  }
}

const unplaced = { submapIdx: 0, worldFromCamera: null, intrinsics: null, confidence: 0 } as const;

/** One row for every photo the answer speaks of, and one for the photo that was shown in any case. */
export function draftsOf(
  reply: StepReply,
  shownPhotoId: PhotoId | null,
  known: ReadonlyMap<PhotoId, Frame>,
): FrameDraft[] {
  const shownStepIdx = Math.max(0, reply.stepIdx - 1);
  const stepIdxOf = (photoId: PhotoId): number =>
    photoId === shownPhotoId ? shownStepIdx : (known.get(photoId)?.stepIdx ?? shownStepIdx);
  const drafts = new Map<PhotoId, FrameDraft>();
  if (shownPhotoId !== null) {
    const before = known.get(shownPhotoId);
    const kept = before && before.status !== 'failed' ? before : { ...unplaced, status: 'waiting' as const };
    const { status, submapIdx, worldFromCamera, intrinsics, confidence } = kept;
    drafts.set(shownPhotoId, {
      photoId: shownPhotoId,
      stepIdx: shownStepIdx,
      status,
      submapIdx,
      worldFromCamera,
      intrinsics,
      confidence,
    });
  }
  for (const photoId of reply.waiting)
    drafts.set(photoId, { ...unplaced, photoId, stepIdx: stepIdxOf(photoId), status: 'waiting' });
  for (const { photoId, worldFromCamera, intrinsics, submapIdx, confidence } of reply.placed)
    drafts.set(photoId, {
      photoId,
      stepIdx: stepIdxOf(photoId),
      status: 'placed',
      submapIdx,
      worldFromCamera,
      intrinsics,
      confidence,
    });
  return [...drafts.values()];
}
