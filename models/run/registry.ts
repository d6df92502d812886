// From the name of a method to the method: packs by their kind, and the geometry that is built in.

import { StudioFailure } from '../../projects/format/result.ts';
import { assertReconstructs } from './kinds.ts';
import { readPack, type InstalledPack } from './packs.ts';
import type { Reconstructor } from './reconstructor.ts';
import type { SessionOptions } from './session.ts';

/**
 * @param packFolder folder with the pack's manifest; null for the built-in method `geometry`
 * @param depthPackFolder of a pack that predicts depth for the gaps of `geometry`; other methods do without
 * @throws StudioFailure 'model-unknown', 'model-damaged', 'model-cannot-reconstruct' for kinds without a runner
 */
export async function createReconstructor(
  modelId: string,
  packFolder: string | null,
  options: SessionOptions = {},
  depthPackFolder: string | null = null,
): Promise<Reconstructor> {
  if (packFolder === null && modelId !== 'geometry') throw new StudioFailure('model-unknown', { id: modelId });
  const pack = packFolder === null ? null : await readPack(packFolder);
  if (pack === null || pack.manifest.kind === 'geometry') {
    const { createGeometryReconstructor } = await import('../geometry/reconstructor.ts');
    const depthPack = depthPackFolder === null ? null : await readPack(depthPackFolder);
    return createGeometryReconstructor(depthPack && (await openPackMethod(depthPack, options)));
  }
  if (pack.manifest.id !== modelId)
    throw new StudioFailure('model-damaged', { id: modelId, reason: `its folder holds ${pack.manifest.id}.` });
  return openPackMethod(pack, options);
}

async function openPackMethod(pack: InstalledPack, options: SessionOptions): Promise<Reconstructor> {
  if (pack.manifest.kind === 'recurrent') {
    const { RecurrentReconstructor } = await import('./recurrent/reconstructor.ts');
    return RecurrentReconstructor.open(pack, options);
  }
  if (pack.manifest.kind === 'pairwise') {
    const { PairwiseReconstructor } = await import('./pairwise/reconstructor.ts');
    return PairwiseReconstructor.open(pack, options);
  }
  if (pack.manifest.kind === 'multi-view') {
    const { MultiViewReconstructor } = await import('./multi-view/reconstructor.ts');
    return MultiViewReconstructor.open(pack, options);
  }
  assertReconstructs(pack.manifest);
  throw new TypeError(`Packs of kind ${pack.manifest.kind} have no runner.`);
}
