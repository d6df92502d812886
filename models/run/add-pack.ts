// From a checkpoint file to an installed, checked pack.

import { mkdir, rm, statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { StudioFailure } from '../../projects/format/result.ts';
import { compileCheckpoint, describeCheckpoint, precisionsOf, type CheckpointFacts } from '../compile/families.ts';
import { openCheckpoint } from '../compile/open-checkpoint.ts';
import type { Precision } from '../../projects/format/precision.ts';
import { checkPack, type PackReport } from './check-pack.ts';
import { listPacks, readPack, type InstalledPack } from './packs.ts';
import type { SessionOptions } from './session.ts';

export interface AddPackOptions {
  packsFolder: string;
  acceptLicence: boolean;
  precision?: Precision;
  onProgress?: (stage: string, fraction: number | null) => void;
  signal?: AbortSignal | null;
  session?: SessionOptions;
}

export interface AddedPack {
  pack: InstalledPack;
  /** null when the same weights were installed already and nothing was done. */
  selfCheck: PackReport | null;
  warnings: string[];
}

/** What a file is and what installing it would take: shown before the licence is accepted. */
export interface CheckpointPreview extends Pick<CheckpointFacts, 'name' | 'kind' | 'licence' | 'parameters'> {
  /** One for each precision that this kind of network can be compiled in; float32 first. */
  choices: {
    precision: Precision;
    bytesOnDisk: number;
    /** What a run is expected to take. */
    memoryMb: number;
    warning: string | null;
    /** The pack that has these weights in this precision already. */
    installedId: string | null;
  }[];
}

export interface MemoryForecast {
  neededMb: number;
  totalMb: number;
  freeMb: number;
  /** One sentence, or null when it fits comfortably. */
  warning: string | null;
}

/** Writes nothing. @throws StudioFailure 'checkpoint-unreadable', 'checkpoint-unsupported' */
export async function previewCheckpoint(path: string, packsFolder: string): Promise<CheckpointPreview> {
  const file = basename(path);
  const source = await openCheckpoint(path);
  try {
    const { packs } = await listPacks(packsFolder);
    const { name, kind, licence, parameters, fingerprint } = await describeCheckpoint(source, file, 'float32');
    const choices = await Promise.all(
      precisionsOf(source, file).map(async (precision) => {
        const { packBytes, memoryMb } = await describeCheckpoint(source, file, precision);
        const { neededMb, warning } = memoryForecast(memoryMb);
        const installedId = installedAs(packs, fingerprint, precision)?.manifest.id ?? null;
        return { precision, bytesOnDisk: packBytes, memoryMb: neededMb, warning, installedId };
      }),
    );
    return { name, kind, licence, parameters, choices };
  } finally {
    await source.close();
  }
}

/**
 * Runs in the engine process: the check at the end opens sessions. Compiles into a folder of its own and leaves nothing behind on failure
 * or cancel. The same weights under another file name are recognised.
 * @throws StudioFailure 'checkpoint-unreadable', 'checkpoint-unsupported', 'model-licence', 'disk-full', 'cancelled', 'model-damaged'
 */
export async function addPack(path: string, options: AddPackOptions): Promise<AddedPack> {
  const { packsFolder, acceptLicence, precision = 'float32', onProgress, signal = null } = options;
  const name = basename(path);
  onProgress?.('Reading the checkpoint', null);
  const source = await openCheckpoint(path);
  try {
    const facts = await describeCheckpoint(source, name, precision);
    if (facts.licence.mustAccept && !acceptLicence)
      throw new StudioFailure('model-licence', { licence: `${facts.licence.name}, ${facts.licence.url ?? ''}` });
    const { packs } = await listPacks(packsFolder);
    const known = installedAs(packs, facts.fingerprint, precision);
    if (known) return { pack: known, selfCheck: null, warnings: [] };
    const id = freeId(facts.id, new Set(packs.map(({ manifest }) => manifest.id)));
    await mkdir(packsFolder, { recursive: true });
    await assertRoom(packsFolder, facts.packBytes);
    const folder = join(packsFolder, id);
    // A damaged pack of that name is in the way and of no use.
    await rm(folder, { recursive: true, force: true });
    const compileOptions = { signal, ...(onProgress ? { onProgress } : {}) };
    await compileCheckpoint(source, name, folder, { ...facts, id, precision }, compileOptions);
    return await checked(folder, id, options);
  } finally {
    await source.close();
  }
}

const installedAs = (
  packs: readonly InstalledPack[],
  fingerprint: string,
  precision: Precision,
): InstalledPack | undefined =>
  packs.find(({ manifest }) => manifest.config.fingerprint === fingerprint && manifest.precision === precision);

async function checked(folder: string, id: string, { onProgress, session = {} }: AddPackOptions): Promise<AddedPack> {
  try {
    onProgress?.('Checking that the pack runs', null);
    const pack = await readPack(folder);
    const selfCheck = await checkPack(pack, null, session);
    const failed = selfCheck.outputs.find(({ passed }) => !passed);
    if (failed) throw new StudioFailure('model-damaged', { id, reason: `it fails its self-check (${failed.name}).` });
    const { warning } = memoryForecast(pack.manifest.memoryMb);
    return { pack, selfCheck, warnings: warning ? [warning] : [] };
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** The id itself, or with the first number that makes it new. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  let number = 2;
  while (taken.has(`${id}-${number}`)) number++;
  return `${id}-${number}`;
}

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes * 1.02) throw new StudioFailure('disk-full');
}

/** Weights and working memory against this machine: the CPU provider keeps a rearranged copy of most weights beside the mapped file. */
export function memoryForecast(memoryMb: number): MemoryForecast {
  const neededMb = Math.ceil(memoryMb * 1.1);
  const totalMb = Math.floor(totalmem() / 1e6);
  const freeMb = Math.floor(freemem() / 1e6);
  const warning =
    neededMb > totalMb * 0.8
      ? `It needs about ${neededMb} MB of memory and this machine has ${totalMb} MB.`
      : neededMb > freeMb
        ? `It needs about ${neededMb} MB of memory and only ${freeMb} MB are free now.`
        : null;
  return { neededMb, totalMb, freeMb, warning };
}
