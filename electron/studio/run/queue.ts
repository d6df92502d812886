// Which photo a run meets next: first those its saved state has forgotten, then new ones in the user's order, then retries.

import type { Frame, Photo, PhotoId } from '../../../projects/format/scene.ts';

export interface QueueInput {
  /** In the order the user sees them. */
  photos: readonly Photo[];
  excludedPhotoIds: ReadonlySet<PhotoId>;
  maxFrames: number | null;
}

export class RunQueue {
  #replay: PhotoId[] = [];
  #retry: PhotoId[] = [];

  /**
   * Photos that were met after the state the engine starts from, in the order in which they were met: the same photos in
   * the same order give the same state again. Photos excluded since then stay part of what the run has seen.
   */
  rewindTo(stateStepIdx: number, frames: Iterable<Frame>): void {
    this.#replay = [...frames]
      .filter((frame) => frame.status !== 'failed' && frame.stepIdx >= stateStepIdx)
      .sort((a, b) => a.stepIdx - b.stepIdx)
      .map(({ photoId }) => photoId);
  }

  /** Photos to meet once more when all others are through. */
  retry(photoIds: readonly PhotoId[]): void {
    this.#retry = [...this.#retry.filter((id) => !photoIds.includes(id)), ...photoIds];
  }

  /** All that is still to do, soonest first. */
  pending(input: QueueInput, frames: ReadonlyMap<PhotoId, Frame>): PhotoId[] {
    const replay = new Set(this.#replay);
    const fresh = wanted(input).filter((id) => !frames.has(id) && !replay.has(id));
    return [...this.#replay, ...fresh, ...this.#retry.filter((id) => !replay.has(id) && !fresh.includes(id))];
  }

  /** The photo is through, whatever became of it. */
  met(photoId: PhotoId): void {
    this.#replay = this.#replay.filter((id) => id !== photoId);
    this.#retry = this.#retry.filter((id) => id !== photoId);
  }
}

/** Photos a run is about: what is excluded is left out, and a limit takes the first ones. */
export function wanted({ photos, excludedPhotoIds, maxFrames }: QueueInput): PhotoId[] {
  const ids = photos.filter(({ id }) => !excludedPhotoIds.has(id)).map(({ id }) => id);
  return maxFrames === null ? ids : ids.slice(0, maxFrames);
}
