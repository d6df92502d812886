// What installed image encoders know of the scene that is open, compared in an engine of its own.

import type { CommandInput } from '../contract/commands.ts';
import type { FeatureProbe } from '../contract/feature-probe.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import type { StudioContext } from './context.ts';
import { picturePaths } from './imports/picture-paths.ts';
import { withPackEngine } from './model-packs.ts';
import { sceneFrames } from './scene/scene-frames.ts';

/**
 * @throws StudioFailure busy, no-project, run-not-found, run-too-few-photos, model-unknown, model-damaged, photo-missing, photo-replaced, cancelled
 */
export async function probeModels(
  context: StudioContext,
  { modelIds, every }: CommandInput<'models.probe'>,
): Promise<FeatureProbe> {
  const { emitter, models } = context;
  const { session, runs } = context.requireProject();
  if (runs.active) throw new StudioFailure('busy');
  const frames = sceneFrames(session);
  if (frames.length === 0) throw new StudioFailure('run-not-found');
  return withPackEngine(context, async (engine) => {
    const packFolders = modelIds
      ? await Promise.all(modelIds.map(async (id) => (await models.find(id)).folder))
      : await models.packFolders();
    const photoPaths = picturePaths(session.store, frames);
    return engine.request('probeFeatures', { frames, photoPaths, packFolders, every }, (progress) =>
      emitter.emit('models.progress', progress),
    );
  });
}
