// What the engine does for each request; holds the run that is under way.

import { availableParallelism } from 'node:os';
import { StudioFailure } from '../../projects/format/result.ts';
import { probePhotos } from '../../projects/import/photo/probe.ts';
import { memoryUse } from './memory-use.ts';
import { PreparedMethod } from './prepared-method.ts';
import { RunSession, type CreateMethod } from './run-session.ts';
import { sceneHandlers } from './scene/handlers.ts';
import type { EngineHandlers } from './serve.ts';

/** @param providers names of what can run networks on this machine, best first */
export function createHandlers(create: CreateMethod, providers: () => string[]): EngineHandlers {
  let session: RunSession | null = null;
  const methods = new PreparedMethod(create);
  const running = (): RunSession => {
    if (!session) throw new StudioFailure('run-not-found');
    return session;
  };
  return {
    ...sceneHandlers,
    describe: async () => ({ providers: providers(), threads: availableParallelism(), rssMb: memoryUse().rssMb }),
    prepare: async (request) => {
      if (!session) methods.prepare(request);
      return null;
    },
    begin: async (request, report) => {
      // The memory of the old method is free before the new one is loaded.
      await session?.dispose();
      session = null;
      session = await RunSession.begin(request, methods.take, report);
      return session.begun;
    },
    addPhotos: async ({ photos }) => {
      running().addPhotos(photos);
      return null;
    },
    step: (input) => running().step(input),
    settle: () => running().settle(),
    save: ({ path }) => running().save(path),
    peek: (input) => running().peek(input),
    probePhotos: (request) => probePhotos(request),
    addPack: async ({ path, packsFolder, acceptLicence, precision }, report) => {
      const { addPack } = await import('../../models/run/add-pack.ts');
      const onProgress = (stage: string, fraction: number | null): void => report({ stage, fraction });
      const { pack, warnings, selfCheck } = await addPack(path, { packsFolder, acceptLicence, precision, onProgress });
      return {
        id: pack.manifest.id,
        warnings,
        selfCheck: selfCheck && {
          provider: selfCheck.provider,
          seconds: selfCheck.seconds,
          outputs: selfCheck.outputs.length,
        },
      };
    },
    previewPack: async ({ path, packsFolder }) => {
      const { previewCheckpoint } = await import('../../models/run/add-pack.ts');
      return previewCheckpoint(path, packsFolder);
    },
    checkPack: async ({ packFolder, goldenPath }) => {
      const { checkPack } = await import('../../models/run/check-pack.ts');
      const { readPack } = await import('../../models/run/packs.ts');
      return checkPack(await readPack(packFolder), goldenPath);
    },
    videoFrames: async (request) => (await import('../../projects/import/video/frames.ts')).videoFrames(request),
  };
}
