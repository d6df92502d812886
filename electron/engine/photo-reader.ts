// Photos as methods read them, with the next photo decoded while the present one is thought about.

import type { EnginePhoto } from '../contract/engine.ts';
import { openPhoto } from '../../projects/import/decode.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { PhotoId } from '../../projects/format/scene.ts';
import type { PhotoSource, RgbImage } from '../../models/run/reconstructor.ts';

type ReadSize = Parameters<PhotoSource['read']>[0];

export class PhotoReader {
  readonly #photos = new Map<PhotoId, EnginePhoto>();
  /** Pixels read ahead, by photo and size; only ever of the photo at hand and the next one, so that memory stays flat. */
  readonly #ahead = new Map<PhotoId, Map<string, Promise<RgbImage>>>();
  /** What the method asked of the photo at hand: it will ask the same of the next one. */
  #asked: { photo: EnginePhoto; sizes: Map<string, ReadSize> } | null = null;

  add(photos: readonly EnginePhoto[]): void {
    for (const photo of photos) this.#photos.set(photo.id, photo);
  }

  get(photoId: PhotoId): EnginePhoto | null {
    return this.#photos.get(photoId) ?? null;
  }

  sources(): PhotoSource[] {
    return [...this.#photos.values()].map((photo) => this.source(photo));
  }

  source(photo: EnginePhoto): PhotoSource {
    const { absolutePath, isReplaced, ...row } = photo;
    return {
      ...row,
      read: async (size) => {
        if (isReplaced) throw new StudioFailure('photo-replaced', { name: photo.name });
        return this.#read(photo, absolutePath, size);
      },
    };
  }

  /**
   * Begins to decode the next photo at the sizes that the method asked for last, while `photoId` is thought about.
   * Sizes that would not fit the next photo are not guessed.
   */
  readAhead(photoId: PhotoId, nextPhotoId: PhotoId | null): void {
    for (const id of this.#ahead.keys()) if (id !== photoId && id !== nextPhotoId) this.#ahead.delete(id);
    const next = nextPhotoId === null ? null : this.get(nextPhotoId);
    const asked = this.#asked;
    if (!next || next.isReplaced || !asked || this.#ahead.has(next.id)) return;
    if (asked.photo.widthPx !== next.widthPx || asked.photo.heightPx !== next.heightPx) return;
    const images = new Map<string, Promise<RgbImage>>();
    for (const [key, size] of asked.sizes) {
      const image = openPhoto(next.absolutePath).read(size);
      // Whoever asks for it hears of the failure; nobody may ask.
      image.catch(() => undefined);
      images.set(key, image);
    }
    this.#ahead.set(next.id, images);
  }

  #read(photo: EnginePhoto, path: string, size: ReadSize): Promise<RgbImage> {
    const key = JSON.stringify([size.widthPx, size.heightPx, size.fit, size.enlarge ?? false, size.kernel ?? '']);
    if (this.#asked?.photo.id !== photo.id) this.#asked = { photo, sizes: new Map() };
    this.#asked.sizes.set(key, size);
    const images = this.#ahead.get(photo.id);
    const image = images?.get(key);
    if (!image) return openPhoto(path).read(size);
    images?.delete(key);
    return image;
  }
}
