// Scores a project's newest run against ground truth: the numbers of `eval`.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate, type Evaluation } from '../../models/evaluate/evaluate.ts';
import { chunkPath } from '../../projects/format/layout.ts';
import { decodePointChunk } from '../../projects/format/point-chunk.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { readGroundTruth } from '../../projects/import/ground-truth/read.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import type { EngineProgressReport } from '../contract/engine.ts';
import type { ViewScores } from '../contract/scene-requests.ts';
import { Emitter } from './emitter.ts';
import { EngineClient, EngineRefusal } from './engine-client.ts';
import type { StudioOptions } from './options.ts';
import { picturePaths } from './imports/picture-paths.ts';
import { sceneFrames } from './scene/scene-frames.ts';
import { Session } from './session.ts';

/** @throws StudioFailure of opening a project, `run-not-found`, `ground-truth-unreadable` */
export async function evaluateProject(folder: string, groundTruthFolder: string): Promise<Evaluation> {
  const groundTruth = await readGroundTruth(groundTruthFolder);
  const store = await ProjectStore.open(folder);
  try {
    const run = store.shownRun();
    if (!run) throw new StudioFailure('run-not-found');
    const orderIdxOf = new Map(store.photos.list().map(({ id, orderIdx }) => [id, orderIdx]));
    const frames = store.frames
      .list(run.id)
      .map((frame) => ({ ...frame, orderIdx: orderIdxOf.get(frame.photoId) ?? -1 }));
    const chunks = new Map(
      store.chunks.list(run.id).flatMap(({ id, frameId, kind }) => (kind === 'inferred' ? [] : [[frameId, id]])),
    );
    const chunkAt = new Map(frames.map(({ id, orderIdx }) => [orderIdx, chunks.get(id)]));
    return await evaluate({
      frames,
      pointsOf: async (orderIdx) => {
        const id = chunkAt.get(orderIdx);
        return id === undefined ? null : decodePointChunk(await readFile(join(folder, chunkPath(id))));
      },
      groundTruth,
    });
  } finally {
    store.close();
  }
}

/**
 * Every so many-th photo drawn from the splats of the others.
 * @throws StudioFailure of opening a project, `run-not-found`, `run-too-few-photos`, `nothing-to-polish`
 */
export async function evaluateViews(
  options: StudioOptions,
  folder: string,
  every: number,
  polish: boolean,
  report: (progress: EngineProgressReport) => void,
): Promise<ViewScores> {
  const store = await ProjectStore.open(folder);
  const engine = new EngineClient(options.spawnEngine());
  try {
    const frames = sceneFrames(new Session(store, new Emitter()));
    if (frames.length === 0) throw new StudioFailure('run-not-found');
    const photoPaths = picturePaths(store, frames);
    return await engine.request('scoreViews', { frames, photoPaths, every, polish }, report);
  } catch (error) {
    if (error instanceof EngineRefusal) throw StudioFailure.from(error.error);
    throw error;
  } finally {
    engine.kill();
    store.close();
  }
}
