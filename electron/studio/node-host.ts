// Where everything is on this machine, for hosts that run on plain Node (web, command line); the desktop window uses the same folders.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forkEngine } from './fork-engine.ts';
import type { StudioOptions } from './options.ts';

/** The program's own folder. Sources (`electron/studio/`) and bundles (`dist/main/`, `dist/host/`) lie equally deep. */
export const programFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Files that other programs or native libraries open by path cannot be inside an asar archive; the packager keeps them beside it. */
export const outsideArchive = (path: string): string => path.replace(/app\.asar(?=[\\/]|$)/, 'app.asar.unpacked');

export const rendererFolder = join(programFolder, 'dist', 'renderer');
/** The page that `export --format html` fills. */
export const sharedViewerFile = join(programFolder, 'dist', 'share', 'viewer.js');
export const zooFolder = outsideArchive(join(programFolder, 'models', 'zoo'));

/** The engine as source where the sources are, as a bundle in a packaged program. */
export function engineEntry(): string {
  const source = join(programFolder, 'electron', 'engine', 'main.ts');
  return existsSync(source) ? source : engineBundle;
}

/** Electron cannot run TypeScript, so the desktop window always takes this one. */
export const engineBundle = join(programFolder, 'dist', 'engine', 'main.mjs');

export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(programFolder, 'package.json'), 'utf8')) as { version: string };
  return version;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where this user's settings and projects are. `PERMANENCE_DATA` puts both under one folder (tests, shared machines).
 */
export function userFolders(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): { dataFolder: string; projectsFolder: string } {
  const chosen = environment['PERMANENCE_DATA'];
  if (chosen) return { dataFolder: chosen, projectsFolder: join(chosen, 'projects') };
  return { dataFolder: systemDataFolder(environment, platform, home), projectsFolder: join(home, 'Permanence') };
}

function systemDataFolder(environment: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Permanence');
  if (platform === 'win32') return join(environment['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Permanence');
  return join(environment['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'permanence');
}

/** Options of a studio on plain Node: no system dialogs, no file manager, the engine as a child process. */
export function nodeStudioOptions(host: 'web' | 'cli'): StudioOptions {
  return {
    host,
    version: programVersion(),
    ...userFolders(),
    zooFolder,
    spawnEngine: () => forkEngine(engineEntry()),
    dialogs: null,
    reveal: null,
  };
}
