// Installed methods as the user chooses among them: the geometry that is built in, and packs.

import { join } from 'node:path';
import type { BeginRequest } from '../contract/engine.ts';
import type { ModelInfo } from '../contract/model-commands.ts';
import { assertReconstructs, reconstructs } from '../../models/run/kinds.ts';
import { findPack, knowsWords, listPacks, removePack, type InstalledPack } from '../../models/run/packs.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Run } from '../../projects/format/scene.ts';

/** The method of a run when the user chose none. It is plain computation and has no pack. */
export const defaultModelId = 'geometry';

/** null: there is none, or it is built in. */
export type MethodFolders = Pick<BeginRequest, 'packFolder' | 'depthPackFolder'>;

const geometry: ModelInfo = {
  id: defaultModelId,
  name: 'Geometry',
  kind: 'geometry',
  licence: { id: 'MIT', name: 'MIT, part of Permanence', url: null },
  parameters: 0,
  bytesOnDisk: 0,
  memoryMb: 500,
  provider: 'CPU',
  builtIn: true,
  isDefault: true,
};

export class ModelCatalog {
  readonly #zooFolder: string;
  /** Where packs that the user adds are put. */
  readonly addedFolder: string;

  constructor(zooFolder: string, dataFolder: string) {
    this.#zooFolder = zooFolder;
    this.addedFolder = join(dataFolder, 'models');
  }

  /** The default first, then packs that come with the studio, then the user's own, language packs among them: callers choose by kind. @param provider what would run them here */
  async infos(provider: string): Promise<ModelInfo[]> {
    const { packs } = await listPacks(this.addedFolder, this.#zooFolder);
    const offered = packs.filter(
      ({ hidden, manifest }) => !hidden && (reconstructs(manifest.kind) || manifest.kind === 'language'),
    );
    return [geometry, ...offered.map((pack) => infoOf(pack, provider))];
  }

  /** Packs in the user's and the studio's folder that look like packs and cannot be used, with the reason. */
  async damaged(): Promise<{ id: string; reason: string }[]> {
    return (await listPacks(this.addedFolder, this.#zooFolder)).damaged;
  }

  /** Folders of all packs that look at photos. */
  async packFolders(): Promise<string[]> {
    const { packs } = await listPacks(this.addedFolder, this.#zooFolder);
    return packs.filter(({ hidden }) => !hidden).map(({ folder }) => folder);
  }

  /** @throws StudioFailure model-unknown, model-damaged */
  find(id: string): Promise<InstalledPack> {
    return findPack(this.addedFolder, id, this.#zooFolder);
  }

  /** Folder of a method that can reconstruct; null for the one that has none. @throws StudioFailure model-unknown, model-damaged, model-cannot-reconstruct */
  async packFolder(id: string): Promise<string | null> {
    if (id === defaultModelId) return null;
    const { manifest, folder } = await this.find(id);
    assertReconstructs(manifest);
    return folder;
  }

  /**
   * Folders of all that a run asks.
   * @throws StudioFailure model-unknown, model-damaged, model-cannot-reconstruct, bad-input (gaps of or by a method that has none to leave or to fill)
   */
  async methodFolders({
    modelId,
    settings: { depthModelId },
  }: Pick<Run, 'modelId' | 'settings'>): Promise<MethodFolders> {
    const packFolder = await this.packFolder(modelId);
    if (depthModelId === null) return { packFolder, depthPackFolder: null };
    const depthPackFolder = await this.packFolder(depthModelId);
    if (packFolder !== null || depthPackFolder === null)
      throw new StudioFailure('bad-input', { reason: 'gaps are left by geometry and filled by another method.' });
    return { packFolder, depthPackFolder };
  }

  /**
   * The pack that answers questions: LSeg, which knows every second pixel, before CLIP, which knows patches, before a pack of our own, which
   * knows a list of words; null without one.
   */
  async languagePack(): Promise<{ id: string; folder: string } | null> {
    const { packs } = await listPacks(this.addedFolder, this.#zooFolder);
    const languages = packs.filter(({ manifest, hidden }) => manifest.kind === 'language' && !hidden);
    const pack =
      languages.find(({ manifest }) => manifest.family === 'lseg') ??
      languages.at(0) ??
      packs.find((other) => !other.hidden && knowsWords(other));
    return pack ? { id: pack.manifest.id, folder: pack.folder } : null;
  }

  /** Whether lengths that the method predicts are metres: CUT3R, MASt3R and Splatt3R were trained to. @throws StudioFailure model-damaged */
  async isMetric(id: string): Promise<boolean> {
    if (id === defaultModelId) return false;
    const { packs } = await listPacks(this.addedFolder, this.#zooFolder);
    const family = packs.find(({ manifest }) => manifest.id === id)?.manifest.family;
    return family === 'cut3r' || (family === 'dust3r' && /^(mast3r|splatt3r)-/.test(id));
  }

  /** Every file of a pack, absolute. @throws StudioFailure model-unknown, model-damaged */
  async files(id: string): Promise<string[]> {
    const { manifest, folder } = await this.find(id);
    const names = [
      ...Object.values(manifest.graphs).map(({ file }) => file),
      ...manifest.files.map(({ path }) => path),
    ];
    return ['manifest.json', ...names].map((name) => join(folder, name));
  }

  /** @throws StudioFailure model-unknown, not-allowed (a method that comes with the studio) */
  async remove(id: string): Promise<void> {
    if (id === defaultModelId) throw new StudioFailure('not-allowed');
    await removePack(this.addedFolder, id, this.#zooFolder);
  }
}

export function infoOf({ manifest, builtIn, bytesOnDisk }: InstalledPack, provider: string): ModelInfo {
  const { id, name, kind, parameters, memoryMb, licence } = manifest;
  return {
    id,
    name,
    kind,
    licence: { id: licence.id, name: licence.name, url: licence.url },
    parameters,
    bytesOnDisk,
    memoryMb,
    provider,
    builtIn,
    isDefault: false,
  };
}
