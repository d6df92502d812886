// Work on packs that needs an engine process: what runs networks here, and whether a pack gives the right numbers.

import type { PackReport } from '../contract/engine.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { StudioContext } from './context.ts';
import { EngineClient, EngineRefusal } from './engine-client.ts';
import { ModelCatalog } from './model-catalog.ts';
import type { StudioOptions } from './options.ts';

/** Best provider on this machine: `CPU, 2 threads`. */
export async function providerOf(context: StudioContext): Promise<string> {
  const { providers, threads } = await context.sideEngines.get().request('describe', null);
  return providers[0] === 'CPU' ? `CPU, ${threads} threads` : providers[0];
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
