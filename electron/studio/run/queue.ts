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
   * @param photoIds met after the state the engine starts from, in the order in which they were met: the same photos in
   * the same order give the same state again. Photos excluded since then stay part of what the run has seen.
   */
  replay(photoIds: readonly PhotoId[]): void {
    this.#replay = [...photoIds];
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

  /** The photo is through. One that was met twice comes again in its second place. */
  met(photoId: PhotoId): void {
    const idx = this.#replay.indexOf(photoId);
    if (idx >= 0) this.#replay.splice(idx, 1);
    this.#retry = this.#retry.filter((id) => id !== photoId);
  }

  /** The photo could not be met, and is not asked for again. */
  leaveOut(photoId: PhotoId): void {
    this.#replay = this.#replay.filter((id) => id !== photoId);
    this.#retry = this.#retry.filter((id) => id !== photoId);
  }
}

/** Photos a run is about: what is excluded is left out, and a limit takes the first ones. */
export function wanted({ photos, excludedPhotoIds, maxFrames }: QueueInput): PhotoId[] {
  const ids = photos.filter(({ id }) => !excludedPhotoIds.has(id)).map(({ id }) => id);
  return maxFrames === null ? ids : ids.slice(0, maxFrames);
}
