// Statements of the table `photoFiles`: how the files of photos were when they were last looked at.

import type { FileStamp, ReplacedPhoto } from '../../format/photo-file.ts';
import type { PhotoId } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export interface KnownFile extends FileStamp {
  /** Set when the file holds another picture than the photo: `open` until the user has decided about it. */
  replaced: 'open' | 'decided' | null;
}

export class PhotoFilesTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Photos of before this table have no row until their files are looked at. */
  all(): Map<PhotoId, KnownFile> {
    return new Map(
      this.#sql
        .all('SELECT * FROM photoFiles')
        .map(({ photoId, ...file }) => [String(photoId), file as unknown as KnownFile]),
    );
  }

  put(photoId: PhotoId, { bytes, modifiedAtMs, replaced }: KnownFile): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO photoFiles (photoId, bytes, modifiedAtMs, replaced) VALUES (?, ?, ?, ?)',
      photoId,
      bytes,
      modifiedAtMs,
      replaced,
    );
  }

  /** In input order. */
  replaced(): ReplacedPhoto[] {
    return this.#sql
      .all(
        `SELECT photoId, replaced FROM photoFiles JOIN photos ON photos.id = photoId
         WHERE replaced IS NOT NULL ORDER BY orderIdx`,
      )
      .map(({ photoId, replaced }) => ({ photoId: String(photoId), isDecided: replaced === 'decided' }));
  }

  isReplaced(photoId: PhotoId): boolean {
    return this.#sql.get('SELECT 1 FROM photoFiles WHERE photoId = ? AND replaced IS NOT NULL', photoId) !== null;
  }

  decide(photoId: PhotoId): void {
    this.#sql.run("UPDATE photoFiles SET replaced = 'decided' WHERE photoId = ? AND replaced IS NOT NULL", photoId);
  }
}
