// Packs on this machine: those that come with the studio under models/zoo, and the user's own in a folder of theirs.
//
// Knows nothing of ONNX Runtime, so that the host may list packs.

import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { StudioFailure } from '../../projects/format/result.ts';
import { manifestSchema, type Manifest } from './manifest.ts';

export interface InstalledPack {
  manifest: Manifest;
  folder: string;
  /** Came with the studio: cannot be removed. */
  builtIn: boolean;
  /** Not offered to users: packs for tests. */
  hidden: boolean;
  bytesOnDisk: number;
}

export interface PackList {
  packs: InstalledPack[];
  /** Folders that look like packs but cannot be used. */
  damaged: { id: string; folder: string; reason: string }[];
}

/** Whether a reconstructing pack answers words too: it has a language map and the words for it (models/train). */
export const knowsWords = ({ manifest }: Pick<InstalledPack, 'manifest'>): boolean =>
  manifest.kind === 'recurrent' && Number(manifest.config.languageDim ?? 0) > 0 && 'text' in manifest.graphs;

/** From the root of the program: this file and the bundles in dist/ lie equally deep. */
export const builtInPacksFolder = fileURLToPath(new URL('../../models/zoo', import.meta.url));

/** Packs that exist only so that tests can run the whole chain. */
const hiddenIds: ReadonlySet<string> = new Set(['tiny-recurrent']);

/**
 * All packs, built-in ones first.
 * @param packsFolder the user's folder; null or missing counts as empty
 * @param builtInFolder where the studio's own packs are, when this module is bundled elsewhere
 */
export async function listPacks(packsFolder: string | null, builtInFolder = builtInPacksFolder): Promise<PackList> {
  const list: PackList = { packs: [], damaged: [] };
  for (const [parent, builtIn] of [[builtInFolder, true] as const, [packsFolder, false] as const]) {
    if (parent === null) continue;
    for (const name of await foldersWithManifest(parent)) {
      const folder = join(parent, name);
      try {
        list.packs.push(await readPack(folder, builtIn));
      } catch (thrown) {
        list.damaged.push({ id: name, folder, reason: thrown instanceof Error ? thrown.message : String(thrown) });
      }
    }
  }
  return list;
}

/** @throws StudioFailure 'model-unknown', or 'model-damaged' when it is there but cannot be used */
export async function findPack(
  packsFolder: string | null,
  id: string,
  builtInFolder = builtInPacksFolder,
): Promise<InstalledPack> {
  const { packs, damaged } = await listPacks(packsFolder, builtInFolder);
  const pack = packs.find(({ manifest }) => manifest.id === id);
  if (pack) return pack;
  const broken = damaged.find((entry) => entry.id === id);
  throw broken
    ? new StudioFailure('model-damaged', { id, reason: broken.reason })
    : new StudioFailure('model-unknown', { id });
}

/** Reads and checks one pack. @throws StudioFailure 'model-damaged' */
export async function readPack(folder: string, builtIn = false): Promise<InstalledPack> {
  const id = basename(folder);
  const damaged = (reason: string): StudioFailure => new StudioFailure('model-damaged', { id, reason });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  } catch {
    throw damaged('its manifest.json cannot be read.');
  }
  const parsed = v.safeParse(manifestSchema, json);
  if (!parsed.success) {
    const { message, path } = parsed.issues[0];
    throw damaged(`its manifest is wrong at ${path?.map(({ key }) => String(key)).join('.') ?? 'the top'}: ${message}`);
  }
  const manifest = parsed.output;
  if (manifest.id !== id) throw damaged(`its manifest belongs to ${manifest.id}.`);
  let bytesOnDisk = 0;
  const files = [...Object.values(manifest.graphs).map(({ file }) => ({ path: file, bytes: null })), ...manifest.files];
  for (const { path, bytes } of files) {
    if (isAbsolute(path) || normalize(path).split(sep).includes('..'))
      throw damaged(`${path} lies outside its folder.`);
    const size = await stat(join(folder, path)).then(
      (facts) => facts.size,
      () => null,
    );
    if (size === null) throw damaged(`${path} is missing.`);
    if (bytes !== null && bytes !== size) throw damaged(`${path} has ${size} bytes instead of ${bytes}.`);
    bytesOnDisk += size;
  }
  return { manifest, folder, builtIn, hidden: builtIn && hiddenIds.has(id), bytesOnDisk };
}

/** Deletes a pack of the user's. @throws StudioFailure 'model-unknown', 'not-allowed' for built-in ones */
export async function removePack(packsFolder: string, id: string, builtInFolder = builtInPacksFolder): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(id)) throw new StudioFailure('model-unknown', { id });
  const names = await foldersWithManifest(packsFolder);
  if (!names.includes(id)) {
    const builtIn = (await foldersWithManifest(builtInFolder)).includes(id);
    throw builtIn ? new StudioFailure('not-allowed') : new StudioFailure('model-unknown', { id });
  }
  await rm(join(packsFolder, id), { recursive: true, force: true });
}

async function foldersWithManifest(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.endsWith('.partial'));
  const found = await Promise.all(
    folders.map(({ name }) =>
      stat(join(parent, name, 'manifest.json')).then(
        () => name,
        () => null,
      ),
    ),
  );
  return found.filter((name) => name !== null).sort();
}
