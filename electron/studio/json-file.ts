// Small JSON files of this user: read with a fallback, written whole or not at all.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';

/** What the file says, or `fallback` when it is missing or not as expected: settings must never keep the studio from starting. */
export async function readJson<T>(path: string, schema: v.GenericSchema<unknown, T>, fallback: T): Promise<T> {
  try {
    return v.parse(schema, JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return fallback;
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`);
  await rename(temporary, path);
}
