// The side engine as the importer sees it: what reads pixels. It starts again by itself when it has died.

import type { ImportTools } from '../../../projects/import/import-job.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import { EngineGone, EngineRefusal } from '../engine-client.ts';
import type { EngineSlot } from '../run/engine-slot.ts';

export function importToolsOf(engines: EngineSlot): ImportTools {
  return {
    probe: (request) => translated(() => engines.get().request('probePhotos', request)),
    videoFrames: (request) => translated(() => engines.get().request('videoFrames', request)),
  };
}

/** The engine's sentences are complete: they cross as they are. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineRefusal) throw StudioFailure.from(error.error);
    if (error instanceof EngineGone) throw new StudioFailure('engine-gone', { reason: error.reason });
    throw error;
  }
}
