// The photos of one run, as the project has them now: some may be imported or excluded while it goes on.

import type { EnginePhoto } from '../../contract/engine.ts';
import type { Frame, Photo, PhotoId, Run } from '../../../projects/format/scene.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';
import { wanted, type QueueInput } from './queue.ts';

interface RunPhotosOptions {
  run: Run;
  store: ProjectStore;
  /** Photos in the user's order and what is excluded, as they are now. */
  queueInput(): Omit<QueueInput, 'maxFrames'>;
}

/** A photo as the engine needs it, which reads no picture that has taken another one's place. */
export const enginePhoto = (store: ProjectStore, photo: Photo): EnginePhoto => ({
  ...photo,
  absolutePath: store.photoPath(photo),
  isReplaced: store.photoFiles.isReplaced(photo.id),
});

export class RunPhotos {
  readonly #o: RunPhotosOptions;
  readonly #frames: ReadonlyMap<PhotoId, Frame>;

  constructor(options: RunPhotosOptions, frames: ReadonlyMap<PhotoId, Frame>) {
    this.#o = options;
    this.#frames = frames;
  }

  queueInput(): QueueInput {
    return { ...this.#o.queueInput(), maxFrames: this.#o.run.settings.maxFrames };
  }

  /** All photos of the run: those it is to meet, and those it has met although they were excluded since. */
  ids(): PhotoId[] {
    return [...new Set([...wanted(this.queueInput()), ...this.#frames.keys()])];
  }

  forEngine(): EnginePhoto[] {
    const ids = new Set(this.ids());
    const { store } = this.#o;
    return this.#o
      .queueInput()
      .photos.filter(({ id }) => ids.has(id))
      .map((photo) => enginePhoto(store, photo));
  }
}
