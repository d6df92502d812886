// The open project: its store, what is cached of it, and the work that goes on in it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectSnapshot } from '../contract/commands.ts';
import { foldEdits, inEditedOrder, type EditedScene, type EditRecord } from '../../projects/format/edits.ts';
import { usualLabelSets, type LabelSets } from '../../projects/format/label-set.ts';
import { chunkPath, largePathOf, thumbPath } from '../../projects/format/layout.ts';
import type { ChunkId, Photo, PhotoId, RunId } from '../../projects/format/scene.ts';
import type { ProjectStore } from '../../projects/store/project-store.ts';
import type { Emitter } from './emitter.ts';
import type { ImportControl } from './imports/import-control.ts';
import type { PolishControl } from './polish/polish-control.ts';
import type { RunControl } from './run/run-control.ts';

/** What goes on in a project. */
interface WorkOfProject {
  imports: ImportControl;
  runs: RunControl;
  polish: PolishControl;
}

export class Session {
  readonly store: ProjectStore;
  readonly #emitter: Emitter;
  #photos: Photo[];
  #edits: EditRecord[];
  /** The run that the edits are folded for: a scale holds for one run. */
  #foldedFor: RunId | null;
  #scene: EditedScene;
  #ordered: Photo[];
  /** Answers of `peek`: files without rows, which live as long as the session. */
  readonly #inferredPaths = new Map<ChunkId, string>();
  /** Exports that a page may fetch, by an id of their own. */
  readonly #offered = new Map<string, string>();

  constructor(store: ProjectStore, emitter: Emitter) {
    this.store = store;
    this.#emitter = emitter;
    this.#photos = store.photos.list();
    this.#edits = store.edits.list();
    this.#foldedFor = this.#runId();
    this.#scene = foldEdits(this.#edits, this.#foldedFor);
    this.#ordered = inEditedOrder(this.#photos, this.#scene);
  }

  get folder(): string {
    return this.store.folder;
  }

  /** Photos in the order the user sees them. */
  get photos(): readonly Photo[] {
    return this.#ordered;
  }

  get scene(): EditedScene {
    const runId = this.#runId();
    if (runId !== this.#foldedFor) {
      this.#foldedFor = runId;
      this.#scene = foldEdits(this.#edits, runId);
    }
    return this.#scene;
  }

  #runId(): RunId | null {
    return this.store.shownRun()?.id ?? null;
  }

  /** Photos have come, or their order has changed on disk. */
  photosChanged(): void {
    this.#photos = this.store.photos.list();
    this.#ordered = inEditedOrder(this.#photos, this.#scene);
  }

  editsChanged(): void {
    this.#edits = this.store.edits.list();
    this.#foldedFor = this.#runId();
    this.#scene = foldEdits(this.#edits, this.#foldedFor);
    this.#ordered = inEditedOrder(this.#photos, this.#scene);
    this.#emitter.emit('edits.changed', { edits: this.#edits });
  }

  projectChanged(): void {
    this.#emitter.emit('project.changed', { project: this.store.info() });
  }

  rememberInferred(chunkId: ChunkId, path: string): void {
    this.#inferredPaths.set(chunkId, path);
  }

  chunkFile(id: ChunkId): string | null {
    const inferred = this.#inferredPaths.get(id);
    if (inferred !== undefined) return inferred;
    const { chunks, gaussians, beliefs } = this.store;
    return chunks.byId(id) || gaussians.hasFile(id) || beliefs.has(id) ? join(this.folder, chunkPath(id)) : null;
  }

  /** @returns the id under which a page can fetch what was written */
  offer(path: string): string {
    const id = crypto.randomUUID();
    this.#offered.set(id, path);
    return id;
  }

  offeredFile(id: string): string | null {
    return this.#offered.get(id) ?? null;
  }

  thumbFile(id: PhotoId): string | null {
    return this.store.photos.byId(id) ? join(this.folder, thumbPath(id)) : null;
  }

  /**
   * The original, or the large picture that stands in for one that a page could not show. Of one that was replaced the small picture
   * from its import is all there is.
   */
  photoFile(id: PhotoId): string | null {
    const photo = this.store.photos.byId(id);
    if (!photo) return null;
    if (this.store.photoFiles.isReplaced(id)) return this.thumbFile(id);
    const large = join(this.folder, largePathOf(thumbPath(id)));
    return existsSync(large) ? large : this.store.photoPath(photo);
  }

  /** Label sets as they are kept; those that a project begins with until then. */
  get labels(): LabelSets {
    const sets = this.store.labelSets.list();
    if (sets.length === 0) return usualLabelSets;
    return { sets, chosenId: this.store.meta.get('labelSetId') ?? sets[0].id };
  }

  snapshot({ imports, runs, polish }: WorkOfProject): ProjectSnapshot {
    const { store } = this;
    const shown = store.shownRun();
    return {
      project: store.info(),
      photos: this.#photos,
      runs: store.runs.list(),
      shownRunId: shown?.id ?? null,
      frames: shown ? store.frames.list(shown.id) : [],
      chunks: shown ? store.chunks.list(shown.id) : [],
      beliefs: shown ? store.beliefs.list(shown.id) : [],
      states: shown ? store.states.list(shown.id) : [],
      edits: this.#edits,
      gaussians: shown ? store.gaussians.list(shown.id) : [],
      refinements: shown ? store.refinements.list(shown.id) : [],
      polish: polish.progress,
      polishes: shown ? store.polishes.list(shown.id) : [],
      questions: store.questions.list(),
      cameras: store.cameras.list(),
      labels: this.labels,
      import: imports.progress(),
      watchedFolder: store.meta.get('watchedFolder'),
      isReadOnly: store.isReadOnly,
      replacedPhotos: store.photoFiles.replaced(),
      run: runs.progress(),
    };
  }
}
