// Statements of the table `photos`.

import type { Photo, PhotoId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

/** A photo before it has a place: the table appends it. */
export type NewPhoto = Omit<Photo, 'orderIdx'>;

export class PhotosTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Appends photos in one transaction, in the order given. A content that is already there is left out of the answer. */
  add(photos: readonly NewPhoto[]): Photo[] {
    return this.#sql.transaction(() => {
      let orderIdx = this.count();
      const added: Photo[] = [];
      for (const photo of photos) {
        const changes = this.#sql.run(
          `INSERT INTO photos (id, path, name, sha256, widthPx, heightPx, takenAtMs, focalPx, camera, gps, orderIdx, prior)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO NOTHING`,
          photo.id,
          photo.path,
          photo.name,
          photo.sha256,
          photo.widthPx,
          photo.heightPx,
          photo.takenAtMs,
          photo.focalPx,
          photo.camera,
          photo.gps && JSON.stringify(photo.gps),
          orderIdx,
          photo.prior && JSON.stringify(photo.prior),
        );
        if (changes > 0) added.push({ ...photo, orderIdx: orderIdx++ });
      }
      return added;
    });
  }

  /** In input order. */
  list(): Photo[] {
    return this.#sql.all('SELECT * FROM photos ORDER BY orderIdx').map(photoOf);
  }

  count(): number {
    return Number(this.#sql.get('SELECT count(*) AS count FROM photos')?.count);
  }

  first(): Photo | null {
    const row = this.#sql.get('SELECT * FROM photos ORDER BY orderIdx LIMIT 1');
    return row && photoOf(row);
  }

  byId(id: PhotoId): Photo | null {
    const row = this.#sql.get('SELECT * FROM photos WHERE id = ?', id);
    return row && photoOf(row);
  }

  byHash(sha256: string): Photo | null {
    const row = this.#sql.get('SELECT * FROM photos WHERE sha256 = ?', sha256);
    return row && photoOf(row);
  }

  /** The file has moved. */
  setPath(id: PhotoId, path: string): void {
    this.#sql.run('UPDATE photos SET path = ? WHERE id = ?', path, id);
  }

  /** Gives these photos, in the order listed, the places that they hold together. Other photos stay where they are. */
  arrange(ids: readonly PhotoId[]): void {
    this.#sql.transaction(() => {
      const places = ids.map((id) => Number(this.#sql.get('SELECT orderIdx FROM photos WHERE id = ?', id)?.orderIdx));
      places.sort((a, b) => a - b);
      ids.forEach((id, idx) => this.#sql.run('UPDATE photos SET orderIdx = ? WHERE id = ?', places[idx], id));
    });
  }
}

function photoOf(row: SqlRow): Photo {
  const { gps, prior, ...rest } = row;
  const json = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null);
  return { ...rest, gps: json(gps), prior: json(prior) } as Photo;
}
