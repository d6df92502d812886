// What the importer needs of an open project. `ProjectStore` is one; import itself knows no database.

import type { ImportFile, ImportOutcome, ImportSession, SkippedFile } from '../format/import-session.ts';
import type { FileStamp } from '../format/photo-file.ts';
import type { Photo, PhotoId } from '../format/scene.ts';

export interface ImportStore {
  /** Absolute path of the project folder. */
  readonly folder: string;
  readonly photos: {
    add(photos: readonly Omit<Photo, 'orderIdx'>[]): Photo[];
    byId(id: PhotoId): Photo | null;
    byHash(sha256: string): Photo | null;
    arrange(ids: readonly PhotoId[]): void;
    setPath(id: PhotoId, path: string): void;
  };
  readonly photoFiles: {
    put(photoId: PhotoId, file: FileStamp & { replaced: null }): void;
  };
  readonly imports: {
    begin(files: readonly Omit<ImportFile, 'idx'>[], copyPhotos: boolean): ImportSession;
    reopen(): ImportSession | null;
    pending(importId: string): ImportFile[];
    counts(importId: string): { found: number; done: number };
    markDone(importId: string, idx: number, outcome: ImportOutcome): void;
    link(importId: string, photoId: PhotoId): void;
    skipped(importId: string): SkippedFile[];
    photoIds(importId: string): PhotoId[];
    finish(importId: string, status: 'done' | 'cancelled'): void;
  };
  /** Where the photo's file is, or was. */
  photoPath(photo: Pick<Photo, 'path'>): string;
  transaction<T>(work: () => T): T;
}
