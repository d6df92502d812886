// Every migration on its own, from the version before it, and what is refused.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applicationId, migrate, migrations } from '../../../../projects/store/migrate.ts';
import { Sql } from '../../../../projects/store/sql.ts';
import { temporaryFolder } from '../../../support/project-fixtures.ts';

async function emptyDatabase(): Promise<Sql> {
  return Sql.open(join(await temporaryFolder(), 'x.sqlite'), 'create');
}

test('the first migration makes strict tables and says whose file it is', async () => {
  const sql = await emptyDatabase();
  migrate(sql, migrations.slice(0, 1));
  expect(sql.pragma('user_version')).toBe(1);
  expect(sql.pragma('application_id')).toBe(applicationId);
  const tables = sql.all(
    "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
  );
  expect(tables.map(({ name }) => name).sort()).toEqual([
    'chunks',
    'edits',
    'frames',
    'importFiles',
    'importPhotos',
    'imports',
    'meta',
    'photos',
    'runs',
    'states',
  ]);
  expect(tables.every(({ strict }) => strict === 1)).toBe(true);
  sql.close();
});

test('a database of version 1 with rows comes through every later migration', async () => {
  const sql = await emptyDatabase();
  migrate(sql, migrations.slice(0, 1));
  sql.run(
    `INSERT INTO photos (id, path, name, sha256, widthPx, heightPx, orderIdx) VALUES ('p', '/p.jpg', 'p.jpg', 'h', 4, 3, 0)`,
  );
  sql.run("INSERT INTO runs (id, modelId, settings, status, createdAtMs) VALUES ('r', 'geometry', '{}', 'done', 1)");
  sql.run(
    "INSERT INTO frames (id, runId, photoId, stepIdx, status, submapIdx, confidence) VALUES ('f', 'r', 'p', 0, 'waiting', 0, 0)",
  );
  migrate(sql);
  expect(sql.pragma('user_version')).toBe(migrations.length);
  expect(sql.get('SELECT * FROM photos')).toMatchObject({ id: 'p', sha256: 'h' });
  expect(sql.get('SELECT * FROM frames')).toMatchObject({ id: 'f', photoId: 'p' });
  expect(sql.pragma('foreign_key_check')).toBeUndefined();
  sql.close();
});

test('migrating twice changes nothing', async () => {
  const sql = await emptyDatabase();
  migrate(sql);
  migrate(sql);
  expect(sql.pragma('user_version')).toBe(migrations.length);
  sql.close();
});

test('a migration that fails leaves the version before it', async () => {
  const sql = await emptyDatabase();
  expect(() => migrate(sql, ['CREATE TABLE a (x) ', 'CREATE TABLE b (x); CREATE TABLE b (x);'])).toThrow();
  expect(sql.pragma('user_version')).toBe(1);
  expect(sql.all("SELECT name FROM sqlite_schema WHERE type = 'table'")).toEqual([{ name: 'a' }]);
  sql.close();
});

test('a database from the future is refused', async () => {
  const sql = await emptyDatabase();
  migrate(sql, [...migrations, 'CREATE TABLE future (x)']);
  expect(() => migrate(sql)).toThrow(expect.objectContaining({ code: 'project-newer' }));
  sql.close();
});
