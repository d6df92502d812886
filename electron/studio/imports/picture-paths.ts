// Where pictures of photos can be read: those which were imported, and no others that have taken their place.

import { StudioFailure } from '../../../projects/format/result.ts';
import type { Photo, PhotoId } from '../../../projects/format/scene.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';

/** @throws StudioFailure photo-replaced */
export function picturePath(store: ProjectStore, photo: Photo): string {
  if (store.photoFiles.isReplaced(photo.id)) throw new StudioFailure('photo-replaced', { name: photo.name });
  return store.photoPath(photo);
}

/** By photo, of those that frames were made from. @throws StudioFailure photo-replaced */
export function picturePaths(store: ProjectStore, frames: readonly { photoId: PhotoId }[]): Record<PhotoId, string> {
  return Object.fromEntries(
    frames.flatMap(({ photoId }) => {
      const photo = store.photos.byId(photoId);
      return photo ? [[photoId, picturePath(store, photo)]] : [];
    }),
  );
}
