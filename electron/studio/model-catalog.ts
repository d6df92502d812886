// Installed methods: packs that come with the studio and packs the user added, each a folder with a manifest.json.

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ModelInfo } from '../contract/commands.ts';
import { manifestSchema, type Manifest } from '../../models/run/manifest.ts';
import { StudioFailure } from '../../projects/format/result.ts';

export interface InstalledModel {
  manifest: Manifest;
  folder: string;
  builtIn: boolean;
}

/** Kinds of packs that reconstruct; others (language) serve other work and are not offered for runs. */
const reconstructs: ReadonlySet<Manifest['kind']> = new Set(['geometry', 'recurrent', 'pairwise', 'multi-view']);
/** The method of a run when the user chose none. */
export const defaultModelId = 'geometry';

export class ModelCatalog {
  readonly #zooFolder: string;
  readonly #addedFolder: string;

  constructor(zooFolder: string, dataFolder: string) {
    this.#zooFolder = zooFolder;
    this.#addedFolder = join(dataFolder, 'models');
  }

  /** Where packs that the user adds are put. */
  get addedFolder(): string {
    return this.#addedFolder;
  }

  /** Built-in ones first, then by name; the default leads. A folder whose manifest cannot be read is left out. */
  async list(): Promise<InstalledModel[]> {
    const found = [...(await packsIn(this.#zooFolder, true)), ...(await packsIn(this.#addedFolder, false))];
    const rank = ({ manifest, builtIn }: InstalledModel): number =>
      manifest.id === defaultModelId ? 0 : builtIn ? 1 : 2;
    return found.sort((a, b) => rank(a) - rank(b) || a.manifest.name.localeCompare(b.manifest.name));
  }

  /** @throws StudioFailure model-unknown */
  async find(id: string): Promise<InstalledModel> {
    const model = (await this.list()).find(({ manifest }) => manifest.id === id);
    if (!model) throw new StudioFailure('model-unknown', { id });
    return model;
  }

  /** Folder of a method that can reconstruct. @throws StudioFailure model-unknown */
  async packFolder(id: string): Promise<string> {
    const { manifest, folder } = await this.find(id);
    if (!reconstructs.has(manifest.kind)) throw new StudioFailure('model-unknown', { id });
    return folder;
  }

  /** @throws StudioFailure model-unknown, not-allowed (a pack that comes with the studio) */
  async remove(id: string): Promise<void> {
    const { folder, builtIn } = await this.find(id);
    if (builtIn) throw new StudioFailure('not-allowed');
    await rm(folder, { recursive: true, force: true });
  }

  /** Methods as the user chooses among them. @param provider what this machine would run them on */
  async infos(provider: string): Promise<ModelInfo[]> {
    const models = (await this.list()).filter(({ manifest }) => reconstructs.has(manifest.kind));
    return models.map((model, idx) => infoOf(model, provider, idx === 0));
  }
}

export function infoOf({ manifest, builtIn }: InstalledModel, provider: string, isDefault: boolean): ModelInfo {
  const { id, name, kind, parameters, memoryMb, licence } = manifest;
  return {
    id,
    name,
    kind,
    licence: { id: licence.id, name: licence.name, url: licence.url },
    parameters,
    bytesOnDisk: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    memoryMb,
    // Geometry is plain computation: it needs no network runtime and has only one place to run.
    provider: kind === 'geometry' ? 'CPU' : provider,
    builtIn,
    isDefault,
  };
}

async function packsIn(folder: string, builtIn: boolean): Promise<InstalledModel[]> {
  const names = await readdir(folder).catch(() => []);
  const packs = await Promise.all(
    names.map(async (name) => {
      const packFolder = join(folder, name);
      try {
        const json: unknown = JSON.parse(await readFile(join(packFolder, 'manifest.json'), 'utf8'));
        return { manifest: v.parse(manifestSchema, json), folder: packFolder, builtIn };
      } catch {
        return null;
      }
    }),
  );
  return packs.filter((pack) => pack !== null);
}
