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
  /** Photos that could not be met again; they keep what the run believed at first. */
  readonly #skipped = new Set<PhotoId>();

  constructor(store: ProjectStore, run: Run) {
    this.#store = store;
    this.#run = run;
  }

  get wanted(): boolean {
    return this.#run.settings.revisit !== 'none';
  }

  /** Whether the second meeting changes the state. */
  get updating(): boolean {
    return this.#run.settings.revisit === 'updating';
  }

  get begun(): boolean {
    return this.#step !== null;
  }

  /** @param stepIdx steps that the state holds */
  begin(stepIdx: number): void {
    this.#step = this.updating ? stepIdx : 0;
  }

  /** The state has learnt something that the second pass did not know: it begins anew. */
  forget(): void {
    if (this.begun) this.#step = null;
  }

  /** Placed frames, in the order in which the photos were met, of photos that are not left out now. */
  static ofRun(frames: Iterable<Frame>, excludedPhotoIds: ReadonlySet<PhotoId>): Frame[] {
    return [...frames]
      .filter(({ status, photoId }) => status === 'placed' && !excludedPhotoIds.has(photoId))
      .sort((a, b) => a.stepIdx - b.stepIdx);
  }

  /** Those of `placed` that are still to do, soonest first; none before the pass has begun. */
  pending(placed: readonly Frame[]): Frame[] {
    const step = this.#step;
    if (step === null) return [];
    const isLeft = ({ stepIdx }: Frame): boolean => (this.updating ? stepIdx < step : stepIdx >= step);
    return placed.filter((frame) => isLeft(frame) && !this.#skipped.has(frame.photoId));
  }

  /** @param before the frame as it was before it was met again */
  met(before: Frame): void {
    if (!this.updating) this.#step = before.stepIdx + 1;
  }

  skip(photoId: PhotoId): void {
    this.#skipped.add(photoId);
  }

  get #step(): number | null {
    const mark = this.#store.meta.get('revisit');
    return mark?.runId === this.#run.id ? mark.stepIdx : null;
  }

  set #step(stepIdx: number | null) {
    this.#store.meta.set('revisit', stepIdx === null ? null : { runId: this.#run.id, stepIdx });
  }
}
