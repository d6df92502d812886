// Makes the splats of a run, frame after frame, once its points are final. Cancelled by not asking again; goes on where it was.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath, codebookPath, projectLayout } from '../../../projects/format/layout.ts';
import { errorOf, StudioFailure } from '../../../projects/format/result.ts';
import type { Emitter } from '../emitter.ts';
import type { ModelCatalog } from '../model-catalog.ts';
import type { EngineSlot } from '../run/engine-slot.ts';
import type { Session } from '../session.ts';
import { sceneFrames, sceneUp } from './scene-frames.ts';

export class SplatJob {
  readonly #session: Session;
  readonly #emitter: Emitter;
  readonly #engines: EngineSlot;
  readonly #models: ModelCatalog;
  #stopped = false;
  #last: Promise<void> | null = null;

  constructor(session: Session, emitter: Emitter, engines: EngineSlot, models: ModelCatalog) {
    this.#session = session;
    this.#emitter = emitter;
    this.#engines = engines;
    this.#models = models;
  }

  /** Makes what is missing; resolves when nothing is left to make. What goes wrong is a notice. */
  run(): Promise<void> {
    this.#last ??= this.#work()
      .then(() => this.#embed())
      .catch((error: unknown) => {
        if (this.#stopped) return;
        const { code, sentence } = errorOf(error);
        this.#emitter.emit('notice', { level: 'warning', place: 'run', code, sentence });
      })
      .finally(() => (this.#last = null));
    return this.#last;
  }

  /** No more frames are begun; resolves when the one at hand is through. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#last;
  }

  async #work(): Promise<void> {
    const { store, folder } = this.#session;
    let frames = sceneFrames(this.#session);
    const missing = frames.filter(({ gaussians }) => gaussians === null).length;
    if (missing === 0) return;
    if (store.isReadOnly) throw new StudioFailure('project-read-only');
    const upInWorld = sceneUp(this.#session, frames);
    const planes = await this.#engines.get().request('findPlanes', { frames, upInWorld });
    const chunksFolder = join(folder, projectLayout.chunks);
    for (let done = 0; !this.#stopped; done++) {
      this.#emitter.emit('splats.progress', { done, total: missing });
      // Asked anew each time: frames may have been hidden, moved or replaced since.
      frames = sceneFrames(this.#session);
      const next = frames.find(({ gaussians }) => gaussians === null);
      if (!next) return;
      const sourceChunkId = sourceOf(next.pointsPath);
      const request = { frames, frameId: next.frameId, planes, chunksFolder };
      const { id, count } = await this.#engines.get().request('splat', request);
      if (!store.isOpen) return;
      // Its points were replaced while they were read: the new ones get their turn.
      if (!store.chunks.byId(sourceChunkId)) {
        await rm(join(folder, chunkPath(id)), { force: true });
        continue;
      }
      const { chunk, replaced, files } = store.gaussians.put({ id, frameId: next.frameId, sourceChunkId, count });
      this.#emitter.emit('gaussians.added', { chunks: [chunk], replaced });
      for (const old of files) await rm(join(folder, chunkPath(old)), { force: true });
    }
  }

  /** With a language pack every frame's splats get learned codes too. */
  async #embed(): Promise<void> {
    const { store, folder } = this.#session;
    const run = store.shownRun();
    const pack = await this.#models.languagePack();
    if (!run || !pack || store.isReadOnly) return;
    const known = new Set(store.splatFeatures.list(run.id, pack.id).map(({ gaussianId }) => gaussianId));
    const missing = sceneFrames(this.#session).filter(({ gaussians }) => gaussians && !known.has(gaussians.id));
    for (const [done, frame] of missing.entries()) {
      if (this.#stopped) return;
      this.#emitter.emit('splats.progress', { done, total: missing.length });
      const photo = store.photos.byId(frame.photoId);
      // Words of a picture that was replaced cannot be learnt any more.
      if (!photo || !frame.gaussians || store.photoFiles.isReplaced(photo.id)) continue;
      const { id } = await this.#engines.get().request('embed', {
        frame,
        photoPath: store.photoPath(photo),
        packFolder: pack.folder,
        codebookPath: join(folder, codebookPath(run.id, pack.id)),
        chunksFolder: join(folder, projectLayout.chunks),
      });
      if (!store.isOpen) return;
      if (store.gaussians.has(frame.gaussians.id))
        store.splatFeatures.put({ id, gaussianId: frame.gaussians.id, modelId: pack.id });
    }
    if (missing.length > 0) this.#emitter.emit('splats.progress', { done: missing.length, total: missing.length });
  }
}

/** Id of a chunk by its path: `…/chunks/<id>.safetensors`. */
const sourceOf = (path: string): string => path.replace(/^.*[\\/]/, '').replace(/\.safetensors$/, '');
