// Where Electron's own program is, without asking the `electron` package: importing that would start a download.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from './sources.ts';

/** Path of the Electron program, or null when it has not been downloaded (`npm run setup:electron` does). */
export function electronBinary(
  packageFolder: string = inRepository('node_modules', 'electron'),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  const pathFile = join(packageFolder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  const binary = join(environment['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(packageFolder, 'dist'), name);
  return existsSync(binary) ? binary : null;
}
