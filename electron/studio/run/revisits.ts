// The second pass of a run: which placed photos still have to be met again, as one number in the project remembers it.

import type { Frame, PhotoId, Run } from '../../../projects/format/scene.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';

/**
 * The number is a step. `updating` gives every photo that is met again a later step, so the photos before the step at which the pass began
 * are still to do. `frozen` leaves steps as they are and goes through them in order, so the photos from the number on are still to do.
 */
export class Revisits {
  readonly #store: ProjectStore;
  readonly #run: Run;
  readonly #frames: ReadonlyMap<PhotoId, Frame>;
  readonly #excludedPhotoIds: () => ReadonlySet<PhotoId>;
  /** Photos that could not be met again; they keep what the run believed at first. */
  readonly #skipped = new Set<PhotoId>();
  /** The photo that is being met again. */
  #atHand: PhotoId | null = null;

  /** @param frames of the run by photo, as the rows have them at any time */
  constructor(
    store: ProjectStore,
    run: Run,
    frames: ReadonlyMap<PhotoId, Frame>,
    excludedPhotoIds: () => ReadonlySet<PhotoId>,
  ) {
    this.#store = store;
    this.#run = run;
    this.#frames = frames;
    this.#excludedPhotoIds = excludedPhotoIds;
  }

  /** Whether the second meeting changes the state. */
  get updating(): boolean {
    return this.#run.settings.revisit === 'updating';
  }

  /** Wanted, and not begun yet. */
  get due(): boolean {
    return this.#run.settings.revisit !== 'none' && this.#step === null;
  }

  /** @param stepIdx steps that the state holds */
  begin(stepIdx: number): void {
    this.#step = this.updating ? stepIdx : 0;
  }

  /** Frames that are still to be met again, soonest first; none before the pass has begun. */
  pending(): Frame[] {
    const step = this.#step;
    if (step === null) return [];
    const isLeft = ({ stepIdx }: Frame): boolean => (this.updating ? stepIdx < step : stepIdx >= step);
    return this.#placed().filter((frame) => isLeft(frame) && !this.#skipped.has(frame.photoId));
  }

  /** Photos of the second pass that are through and all it has; null when it does not go on. */
  counts(): { done: number; total: number } | null {
    const left = this.pending().length;
    if (left === 0) return null;
    const total = this.#placed().length;
    return { done: total - left, total };
  }

  get stage(): string {
    return `Revisiting photo ${(this.counts()?.done ?? 0) + 1}`;
  }

  /**
   * Before a photo is met. One that teaches the state something new makes the pass begin anew; what an updating pass repeats after a
   * crash is no news.
   */
  meets(photoId: PhotoId, again: Frame | null): void {
    this.#atHand = again && photoId;
    const isNews = !again && (!this.updating || this.#frames.get(photoId)?.status !== 'placed');
    if (isNews && this.#step !== null) this.#step = null;
  }

  /** @param before the frame as it was before it was met again */
  met(before: Frame): void {
    if (!this.updating) this.#step = before.stepIdx + 1;
  }

  /** A photo was in trouble. true: it was being met again, and is left as it is. */
  skips(photoId: PhotoId): boolean {
    if (photoId !== this.#atHand) return false;
    this.#skipped.add(photoId);
    return true;
  }

  /** @param steps that the state will not have made, because their photo is gone: the pass began so much earlier */
  leftOut(steps: readonly number[]): void {
    const began = this.#step;
    if (this.updating && began !== null) this.#step = began - steps.filter((stepIdx) => stepIdx < began).length;
  }

  /** Placed frames, in the order in which the photos were met, of photos that are not left out now. */
  #placed(): Frame[] {
    const excluded = this.#excludedPhotoIds();
    return [...this.#frames.values()]
      .filter(({ status, photoId }) => status === 'placed' && !excluded.has(photoId))
      .sort((a, b) => a.stepIdx - b.stepIdx);
  }

  get #step(): number | null {
    const mark = this.#store.meta.get('revisit');
    return mark?.runId === this.#run.id ? mark.stepIdx : null;
  }

  set #step(stepIdx: number | null) {
    this.#store.meta.set('revisit', stepIdx === null ? null : { runId: this.#run.id, stepIdx });
  }
}
