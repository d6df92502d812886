// One SQLite connection: typed calls, and every driver error turned into a code of ours. The only importer of better-sqlite3.

import Database from 'better-sqlite3';
import { StudioFailure } from '../format/result.ts';

export type SqlValue = string | number | null;
export type SqlRow = Record<string, SqlValue>;

/** How long a statement may wait for another process; short, because the host thread waits with it. */
const busyTimeoutMs = 300;

export class Sql {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  private constructor(path: string, database: Database.Database) {
    this.path = path;
    this.#database = database;
  }

  /** @throws StudioFailure project-missing, project-not-writable, project-locked, project-damaged, disk-full */
  static open(path: string, mode: 'create' | 'write' | 'read'): Sql {
    return translated(path, () => {
      const options = { fileMustExist: mode !== 'create', readonly: mode === 'read', timeout: busyTimeoutMs };
      return new Sql(path, new Database(path, options));
    });
  }

  /** Runs one or more statements that take no values. */
  script(sql: string): void {
    translated(this.path, () => this.#database.exec(sql));
  }

  /** Value of a pragma that answers one value. */
  pragma(text: string): SqlValue {
    return translated(this.path, () => this.#database.pragma(text, { simple: true }) as SqlValue);
  }

  /** @returns the number of rows changed */
  run(sql: string, ...values: SqlValue[]): number {
    return translated(this.path, () => this.#prepared(sql).run(...values).changes);
  }

  all(sql: string, ...values: SqlValue[]): SqlRow[] {
    return translated(this.path, () => this.#prepared(sql).all(...values) as SqlRow[]);
  }

  get(sql: string, ...values: SqlValue[]): SqlRow | null {
    return translated(this.path, () => (this.#prepared(sql).get(...values) as SqlRow | undefined) ?? null);
  }

  /** All or nothing; may be nested (inner ones are savepoints). */
  transaction<T>(work: () => T): T {
    return translated(this.path, () => this.#database.transaction(work).immediate());
  }

  /** Writes a consistent copy of the whole database to a file that does not exist yet. */
  copyTo(path: string): void {
    this.run('VACUUM INTO ?', path);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failureOf(path, error);
  }
}

function failureOf(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code, message } = error;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return new StudioFailure('project-locked');
  if (code === 'SQLITE_FULL') return new StudioFailure('disk-full');
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM' || code.startsWith('SQLITE_CANTOPEN'))
    return new StudioFailure('project-not-writable', { folder: path.replace(/[\\/][^\\/]*$/, '') });
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_IOERR_SHORT'))
    return new StudioFailure('project-damaged', { reason: `${message}.` });
  return error;
}
