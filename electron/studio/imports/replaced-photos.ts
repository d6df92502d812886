// Photos whose files hold other pictures than when they were imported: noticed by size and time, made sure of by content, and decided about.

import type { ReplacedPhoto } from '../../../projects/format/photo-file.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { Photo, PhotoId } from '../../../projects/format/scene.ts';
import { fileHash, fileStamp } from '../../../projects/import/photo/read-file.ts';
import type { Emitter } from '../emitter.ts';
import type { Session } from '../session.ts';
import type { ImportControl } from './import-control.ts';

export class ReplacedPhotos {
  readonly #session: Session;
  readonly #emitter: Emitter;
  readonly #imports: ImportControl;
  #checking: Promise<void> | null = null;
  #closed = false;

  constructor(session: Session, emitter: Emitter, imports: ImportControl) {
    this.#session = session;
    this.#emitter = emitter;
    this.#imports = imports;
  }

  /** Looks at all files; resolves when that is done. Only a file with another size or time than before is read. */
  check(): Promise<void> {
    this.#checking ??= this.#lookAtAll().finally(() => (this.#checking = null));
    return this.#checking;
  }

  /**
   * The pictures that the files hold now become photos of their own, each in the place of its forerunner, which is excluded: what was
   * made of it is never mixed with the new picture, and undo brings it back.
   * @throws StudioFailure bad-input, photo-unreadable and other codes of import
   */
  async take(photoIds: readonly PhotoId[]): Promise<void> {
    const { store } = this.#session;
    const old = this.#known(photoIds);
    const sources = old.map((photo) => ({ kind: 'path' as const, path: store.photoPath(photo) }));
    await this.#imports.start({ sources, copy: false });
    await this.#imports.finished();
    if (!store.isOpen) return;
    const taken: { old: Photo; now: Photo }[] = [];
    for (const photo of old) {
      const sha256 = await fileHash(store.photoPath(photo));
      const now = sha256 === null ? null : store.photos.byHash(sha256);
      if (now) taken.push({ old: photo, now });
    }
    if (taken.length === 0) throw this.#reason(old[0]);
    this.#putInPlace(taken);
    const ids = taken.map(({ old: { id } }) => id);
    store.transaction(() => {
      ids.forEach((id) => store.photoFiles.decide(id));
      store.edits.append({ kind: 'photos-excluded', photoIds: ids, excluded: true });
    });
    this.#session.editsChanged();
    this.#tell();
  }

  /** @throws StudioFailure bad-input */
  leave(photoIds: readonly PhotoId[]): void {
    const { store } = this.#session;
    this.#known(photoIds).forEach(({ id }) => store.photoFiles.decide(id));
    this.#tell();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#checking;
  }

  async #lookAtAll(): Promise<void> {
    const { store } = this.#session;
    const files = store.photoFiles.all();
    const before = JSON.stringify(store.photoFiles.replaced());
    for (const photo of store.photos.list()) {
      const known = files.get(photo.id);
      const path = store.photoPath(photo);
      const stamp = await fileStamp(path);
      // Where none is, or it cannot be read, whoever needs it says so.
      if (!stamp || (known && known.bytes === stamp.bytes && known.modifiedAtMs === stamp.modifiedAtMs)) continue;
      const sha256 = await fileHash(path);
      if (this.#closed) return;
      if (sha256 === null) continue;
      const replaced = sha256 === photo.sha256 ? null : (known?.replaced ?? 'open');
      store.photoFiles.put(photo.id, { ...stamp, replaced });
    }
    if (JSON.stringify(store.photoFiles.replaced()) !== before) this.#tell();
  }

  /** The new photos stand where the old ones stood, for the user's own order too. */
  #putInPlace(taken: readonly { old: Photo; now: Photo }[]): void {
    const { store } = this.#session;
    // A picture that another photo of the project has already stays where that one is.
    const fresh = taken.filter(({ old, now }) => now.path === old.path);
    const behind = new Map(fresh.map(({ old, now }) => [old.id, now.id]));
    const moved = new Set(behind.values());
    const arranged = (photos: readonly Photo[]): PhotoId[] =>
      photos.flatMap(({ id }) => (moved.has(id) ? [] : [id, ...(behind.has(id) ? [behind.get(id)!] : [])]));
    const { photoOrder } = this.#session.scene;
    if (photoOrder.length > 0)
      store.edits.append({ kind: 'photos-reordered', photoIds: arranged(this.#session.photos) });
    store.photos.arrange(arranged(store.photos.list()));
    this.#session.photosChanged();
    this.#emitter.emit('photos.added', { photos: store.photos.list() });
  }

  #known(photoIds: readonly PhotoId[]): Photo[] {
    const { store } = this.#session;
    const photos = photoIds.flatMap((id) => (store.photoFiles.isReplaced(id) ? (store.photos.byId(id) ?? []) : []));
    if (photos.length < photoIds.length)
      throw new StudioFailure('bad-input', { reason: 'this photo was not replaced.' });
    return photos;
  }

  /** Why the new picture could not be brought in. */
  #reason({ name }: Photo): StudioFailure {
    const skipped = this.#imports.progress()?.skipped[0];
    return new StudioFailure('photo-unreadable', { name, reason: skipped?.reason ?? 'it is gone.' });
  }

  #tell(): void {
    const photos: ReplacedPhoto[] = this.#session.store.photoFiles.replaced();
    this.#emitter.emit('photos.replaced', { photos });
  }
}
