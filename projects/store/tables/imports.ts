// Statements of the tables of an import: the list of files still to read survives any crash.

import type { ImportFile, ImportOutcome, ImportSession, SkippedFile } from '../../format/import-session.ts';
import type { PhotoId } from '../../format/scene.ts';
import type { Sql, SqlRow } from '../sql.ts';

export class ImportsTable {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  begin(files: readonly Omit<ImportFile, 'idx'>[], copyPhotos: boolean): ImportSession {
    const session: ImportSession = { id: crypto.randomUUID(), createdAtMs: Date.now(), copyPhotos, status: 'open' };
    this.#sql.transaction(() => {
      this.#sql.run(
        "INSERT INTO imports (id, createdAtMs, copyPhotos, status) VALUES (?, ?, ?, 'open')",
        session.id,
        session.createdAtMs,
        copyPhotos ? 1 : 0,
      );
      files.forEach(({ path, name, kind, prior }, idx) =>
        this.#sql.run(
          `INSERT INTO importFiles (importId, idx, path, name, kind, prior, state) VALUES (?, ?, ?, ?, ?, ?, 'pending')`,
          session.id,
          idx,
          path,
          name,
          kind,
          prior && JSON.stringify(prior),
        ),
      );
    });
    return session;
  }

  /** The import that was neither finished nor cancelled, if any. */
  open(): ImportSession | null {
    const row = this.#sql.get("SELECT * FROM imports WHERE status = 'open' ORDER BY createdAtMs DESC LIMIT 1");
    return row && sessionOf(row);
  }

  pending(importId: string): ImportFile[] {
    return this.#sql
      .all("SELECT * FROM importFiles WHERE importId = ? AND state = 'pending' ORDER BY idx", importId)
      .map(fileOf);
  }

  /** Files of a session, and how many of them are through. */
  counts(importId: string): { found: number; done: number } {
    const row = this.#sql.get(
      `SELECT count(*) AS found, count(*) FILTER (WHERE state <> 'pending') AS done FROM importFiles WHERE importId = ?`,
      importId,
    );
    return { found: Number(row?.found), done: Number(row?.done) };
  }

  markDone(importId: string, idx: number, outcome: ImportOutcome): void {
    const { code, reason } = outcome.state === 'skipped' ? outcome : { code: null, reason: null };
    this.#sql.run(
      'UPDATE importFiles SET state = ?, code = ?, reason = ? WHERE importId = ? AND idx = ?',
      outcome.state,
      code,
      reason,
      importId,
      idx,
    );
  }

  /** This session has brought the photo. */
  link(importId: string, photoId: PhotoId): void {
    this.#sql.run('INSERT OR IGNORE INTO importPhotos (importId, photoId) VALUES (?, ?)', importId, photoId);
  }

  skipped(importId: string): SkippedFile[] {
    const rows = this.#sql.all(
      "SELECT name, code, reason FROM importFiles WHERE importId = ? AND state = 'skipped' ORDER BY idx",
      importId,
    );
    return rows as unknown as SkippedFile[];
  }

  /** Photos that this session has brought, in the project's order. */
  photoIds(importId: string): PhotoId[] {
    return this.#sql
      .all(
        `SELECT photoId FROM importPhotos JOIN photos ON photos.id = photoId WHERE importId = ? ORDER BY orderIdx`,
        importId,
      )
      .map(({ photoId }) => String(photoId));
  }

  finish(importId: string, status: 'done' | 'cancelled'): void {
    this.#sql.run('UPDATE imports SET status = ? WHERE id = ?', status, importId);
  }

  /** Takes up a cancelled or unfinished import again; null when the newest one is done. */
  reopen(): ImportSession | null {
    const session = this.unfinished();
    if (!session) return null;
    this.#sql.run("UPDATE imports SET status = 'open' WHERE id = ?", session.id);
    return { ...session, status: 'open' };
  }

  /** What `reopen` would take up, untouched. */
  unfinished(): ImportSession | null {
    const row = this.#sql.get('SELECT * FROM imports ORDER BY createdAtMs DESC, rowid DESC LIMIT 1');
    return !row || row.status === 'done' ? null : sessionOf(row);
  }
}

function sessionOf(row: SqlRow): ImportSession {
  return { ...row, copyPhotos: row.copyPhotos === 1 } as unknown as ImportSession;
}

function fileOf({ idx, path, name, kind, prior }: SqlRow): ImportFile {
  return { idx, path, name, kind, prior: typeof prior === 'string' ? JSON.parse(prior) : null } as ImportFile;
}
