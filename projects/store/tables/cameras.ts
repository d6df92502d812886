// Statements of the table `cameras`: the keyframes of the project's camera path, in order.

import type { SavedCamera } from '../../format/scene.ts';
import type { Sql } from '../sql.ts';

export class CamerasTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Keeps exactly these cameras, in this order. */
  replaceAll(cameras: readonly SavedCamera[]): void {
    this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM cameras');
      cameras.forEach(({ id, name, worldFromCamera, intrinsics, seconds }, idx) =>
        this.#sql.run(
          'INSERT INTO cameras (id, idx, name, worldFromCamera, intrinsics, seconds) VALUES (?, ?, ?, ?, ?, ?)',
          id,
          idx,
          name,
          JSON.stringify(worldFromCamera),
          JSON.stringify(intrinsics),
          seconds,
        ),
      );
    });
  }

  list(): SavedCamera[] {
    return this.#sql
      .all('SELECT * FROM cameras ORDER BY idx')
      .map(({ id, name, worldFromCamera, intrinsics, seconds }) => ({
        id: String(id),
        name: String(name),
        worldFromCamera: JSON.parse(String(worldFromCamera)),
        intrinsics: JSON.parse(String(intrinsics)),
        seconds: Number(seconds),
      }));
  }
}
