// Import into the open project as the user commands it: start, cancel, resume, watch a folder. One import at a time, others wait.

import type { CommandInput, ImportProgress } from '../../contract/commands.ts';
import { errorOf } from '../../../projects/format/result.ts';
import type { Photo } from '../../../projects/format/scene.ts';
import type { ImportOptions } from '../../../projects/import/import-job.ts';
import { importSources, resumeImport } from '../../../projects/import/importer.ts';
import type { Emitter } from '../emitter.ts';
import type { EngineSlot } from '../run/engine-slot.ts';
import type { Session } from '../session.ts';
import type { Uploads } from '../uploads.ts';
import { watchFolder, type FolderWatch } from './folder-watch.ts';
import { importToolsOf } from './engine-tools.ts';

export class ImportControl {
  readonly #session: Session;
  readonly #emitter: Emitter;
  readonly #engines: EngineSlot;
  readonly #uploads: Uploads;
  #progress: ImportProgress | null;
  #abort = new AbortController();
  /** Imports that go on or wait. */
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #watch: FolderWatch | null = null;

  constructor(session: Session, emitter: Emitter, engines: EngineSlot, uploads: Uploads) {
    this.#session = session;
    this.#emitter = emitter;
    this.#engines = engines;
    this.#uploads = uploads;
    this.#progress = unfinished(session);
    const watched = session.store.meta.get('watchedFolder');
    if (watched !== null && !session.store.isReadOnly) this.#startWatch(watched);
  }

  get active(): boolean {
    return this.#waiting > 0;
  }

  progress(): ImportProgress | null {
    return this.#progress;
  }

  /** Resolves when the files are listed and reading begins. @throws StudioFailure no-photos, not-found */
  async start({ sources, copy }: CommandInput<'import.start'>): Promise<void> {
    const paths = sources.flatMap((source) => (source.kind === 'path' ? [source.path] : []));
    const uploadIds = sources.flatMap((source) => (source.kind === 'upload' ? [source.uploadId] : []));
    const folders = await Promise.all(uploadIds.map((id) => this.#uploads.folderOf(id)));
    const listed: Promise<void>[] = [];
    if (paths.length > 0) listed.push(this.#enqueue((options) => this.#import(paths, copy, options)));
    if (folders.length > 0)
      listed.push(
        // What a browser has sent exists nowhere else: it is copied whatever was asked.
        this.#enqueue(async (options) => {
          const progress = await this.#import(folders, true, options);
          if (progress.stage === 'done') for (const id of uploadIds) await this.#uploads.discard(id);
        }),
      );
    await Promise.all(listed);
  }

  /** Stops reading; what is imported stays, the rest can be resumed. */
  async cancel(): Promise<void> {
    this.#abort.abort();
    await this.#last;
    this.#abort = new AbortController();
  }

  /** Resolves when nothing is being imported. */
  finished(): Promise<void> {
    return this.#last;
  }

  /** Goes on with the import that was cancelled or cut off last. Does nothing when there is none. */
  async resume(): Promise<void> {
    await this.#enqueue((options) => resumeImport(this.#session.store, options));
  }

  /** Imports what lies in a folder and what comes later; null ends it. */
  async watch(folder: string | null): Promise<void> {
    await this.#watch?.close();
    this.#watch = null;
    this.#session.store.meta.set('watchedFolder', folder);
    if (folder !== null) this.#startWatch(folder);
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    await this.#watch?.close();
    this.#abort.abort();
    await this.#last;
  }

  #startWatch(folder: string): void {
    this.#watch = watchFolder(folder, (paths) => {
      const known = new Set(this.#session.photos.map((photo) => this.#session.store.photoPath(photo)));
      const news = paths.filter((path) => !known.has(path));
      if (news.length === 0) return;
      // Its failures are told as notices; nobody waits for it.
      void this.#enqueue((options) => this.#import(news, false, options)).catch(() => undefined);
    });
  }

  #import(paths: readonly string[], copy: boolean, options: ImportOptions): Promise<ImportProgress> {
    return importSources(this.#session.store, paths, copy, options);
  }

  /** Runs an import after those before it; resolves when it has begun to read, rejects when it could not. */
  #enqueue(work: (options: ImportOptions) => Promise<unknown>): Promise<void> {
    this.#waiting++;
    return new Promise((resolve, reject) => {
      this.#last = this.#last.then(async () => {
        let begun = false;
        try {
          await work(
            this.#options(() => {
              begun = true;
              resolve();
            }),
          );
          resolve();
        } catch (error) {
          if (begun) this.#tellFailure(error);
          else reject(error);
        } finally {
          this.#waiting--;
          this.#afterImport();
        }
      });
    });
  }

  #options(onReading: () => void): ImportOptions {
    return {
      tools: importToolsOf(this.#engines),
      signal: this.#abort.signal,
      onProgress: (progress) => {
        this.#progress = progress;
        this.#emitter.emit('import.progress', progress);
        if (progress.stage !== 'listing') onReading();
      },
      onPhotos: (photos) => this.#photosCame(photos),
      onNotice: (sentence) => this.#emitter.emit('notice', { level: 'info', place: 'import', code: null, sentence }),
    };
  }

  #photosCame(photos: Photo[]): void {
    this.#session.photosChanged();
    this.#emitter.emit('photos.added', { photos });
  }

  #tellFailure(error: unknown): void {
    const { code, sentence } = errorOf(error);
    this.#emitter.emit('notice', { level: 'error', place: 'import', code, sentence });
    if (!this.#progress) return;
    this.#progress = { ...this.#progress, stage: 'cancelled' };
    this.#emitter.emit('import.progress', this.#progress);
  }

  #afterImport(): void {
    if (this.#waiting > 0) return;
    // Decoders keep memory; the next import starts the process again in a moment.
    this.#engines.endWhenIdle();
    if (this.#session.store.isOpen) this.#session.projectChanged();
  }
}

/** An import that was cancelled or that the last host did not bring to its end, shown so that it can be resumed. */
function unfinished({ store }: Session): ImportProgress | null {
  const session = store.imports.unfinished();
  if (!session) return null;
  const { found, done } = store.imports.counts(session.id);
  const skipped = store.imports.skipped(session.id);
  const imported = store.imports.photoIds(session.id).length;
  return { stage: 'cancelled', found, done, imported, skipped, rate: null };
}
