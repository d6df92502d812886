// Work on packs that needs an engine process: adding one from a checkpoint, and checking the numbers of one.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandInput } from '../contract/commands.ts';
import type { AddedModel, CheckpointOffer } from '../contract/model-commands.ts';
import type { PackReport } from '../contract/engine.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { StudioContext } from './context.ts';
import { EngineClient, EngineGone, EngineRefusal } from './engine-client.ts';
import { infoOf, ModelCatalog } from './model-catalog.ts';
import type { StudioOptions } from './options.ts';

/**
 * Compiles a checkpoint in an engine of its own, so that a run goes on meanwhile and cancelling is ending the process.
 * @throws StudioFailure busy, model-licence, checkpoint-unreadable, checkpoint-unsupported, disk-full, cancelled
 */
export async function addModel(context: StudioContext, input: CommandInput<'models.add'>): Promise<AddedModel> {
  const { emitter, models } = context;
  const { source, acceptLicence, precision = 'float32' } = input;
  const { id, warnings, selfCheck } = await withPackEngine(context, async (engine) => {
    const path = await pathOf(context, source);
    const wish = { path, packsFolder: models.addedFolder, acceptLicence, precision };
    return engine.request('addPack', wish, (progress) => emitter.emit('models.progress', progress));
  });
  // Only success clears an upload away: the same may be wanted in another precision, or after more disk is free.
  await letGo(context, source);
  for (const sentence of warnings) emitter.emit('notice', { level: 'warning', place: 'models', code: null, sentence });
  emitter.emit('models.changed', null);
  return { ...infoOf(await models.find(id), await context.provider()), selfCheck };
}

/**
 * What a checkpoint is and what it would take in each precision.
 * @throws StudioFailure busy, checkpoint-unreadable, checkpoint-unsupported, cancelled
 */
export function previewModel(context: StudioContext, source: Source): Promise<CheckpointOffer> {
  const packsFolder = context.models.addedFolder;
  return withPackEngine(context, async (engine) =>
    engine.request('previewPack', { path: await pathOf(context, source), packsFolder }),
  );
}

/** Deletes what was sent; a file of the user's own stays. */
export async function letGo({ uploads }: StudioContext, source: Source): Promise<void> {
  if (source.kind === 'upload') await uploads.discard(source.uploadId);
}

type Source = CommandInput<'models.add'>['source'];

/**
 * Work on packs in an engine of its own: one at a time, and cancelling is ending the process. Its end is told to every page.
 * @throws StudioFailure busy, cancelled
 */
export async function withPackEngine<T>(
  { emitter, packEngines }: StudioContext,
  work: (engine: EngineClient) => Promise<T>,
): Promise<T> {
  if (packEngines.current) throw new StudioFailure('busy');
  // Taken at once: a second call must find the place occupied.
  const engine = packEngines.get();
  try {
    return await work(engine);
  } catch (error) {
    if (error instanceof EngineGone && error.endedByStudio) throw new StudioFailure('cancelled');
    throw error;
  } finally {
    packEngines.end();
    emitter.emit('models.progress', null);
  }
}

const pathOf = async ({ uploads }: StudioContext, source: Source): Promise<string> =>
  source.kind === 'path' ? source.path : uploadedFile(await uploads.folderOf(source.uploadId));

/** The one file of an upload. @throws StudioFailure not-found, bad-input */
async function uploadedFile(folder: string): Promise<string> {
  const names = await readdir(folder);
  if (names.length !== 1) throw new StudioFailure('bad-input', { reason: 'one checkpoint at a time.' });
  return join(folder, names[0]);
}

/**
 * Runs an installed pack in an engine of its own.
 * @param goldenPath file with inputs and true outputs; null: the pack's self-check
 * @throws StudioFailure model-unknown, model-damaged, golden-mismatch (the file cannot be used); wrong numbers are in the report
 */
export async function checkModel(
  options: StudioOptions,
  modelId: string,
  goldenPath: string | null,
): Promise<PackReport> {
  const { folder } = await new ModelCatalog(options.zooFolder, options.dataFolder).find(modelId);
  const engine = new EngineClient(options.spawnEngine());
  try {
    return await engine.request('checkPack', { packFolder: folder, goldenPath });
  } catch (error) {
    if (error instanceof EngineRefusal) throw StudioFailure.from(error.error);
    throw new StudioFailure('engine-gone', { reason: `${(error as Error).message}.` });
  } finally {
    engine.kill();
  }
}
