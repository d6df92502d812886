// A run of its own that goes on from a saved state of another one: what the two have in common is copied, then they part.

import { copyFile, link } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath, statePath } from '../format/layout.ts';
import type { PointChunk, Run, SavedState } from '../format/scene.ts';
import { removeFiles, writing } from './files.ts';
import type { ProjectStore } from './project-store.ts';

/**
 * Files first, then all rows at once. The new run has the method and the settings of the old one, the state, and every frame that this
 * state has met, with its points; poses are as the old run has them now, and move with the steps that follow. Failed photos are left out,
 * so that they are tried again.
 * @param state null: nothing in common, the new run begins with its first photo
 * @throws StudioFailure project-not-writable, disk-full
 */
export async function branchRun(store: ProjectStore, from: Run, state: SavedState | null): Promise<Run> {
  const { folder } = store;
  const meetings = store.meetings.from(from.id, 0).slice(0, state?.stepIdx ?? 0);
  const met = new Set(meetings);
  const frames = store.frames
    .list(from.id)
    .filter(({ photoId, status }) => met.has(photoId) && status !== 'failed')
    // Met a second time it has a later step, which the new run knows nothing of.
    .map((frame) => ({ ...frame, stepIdx: Math.min(frame.stepIdx, meetings.lastIndexOf(frame.photoId)) }));
  const photoOf = new Map(frames.map(({ id, photoId }) => [id, photoId]));
  const chunks = store.chunks
    .list(from.id)
    .filter(({ frameId, kind }) => kind !== 'inferred' && photoOf.has(frameId))
    .map((chunk): { old: PointChunk; id: string } => ({ old: chunk, id: crypto.randomUUID() }));
  const runId = crypto.randomUUID();
  const copies: [string, string][] = chunks.map(({ old, id }) => [chunkPath(old.id), chunkPath(id)]);
  if (state) copies.push([statePath(from.id, state.stepIdx), statePath(runId, state.stepIdx)]);
  try {
    await writing(folder, async () => {
      for (const [source, target] of copies) await linkOrCopy(join(folder, source), join(folder, target));
    });
    return store.transaction(() => {
      const run = store.runs.create(from.modelId, from.settings, runId);
      store.commitStep({
        runId,
        frames,
        chunks: chunks.map(({ old: { frameId, kind, count, bounds }, id }) => ({
          id,
          photoId: photoOf.get(frameId) ?? '',
          kind,
          count,
          bounds,
        })),
      });
      meetings.forEach((photoId, stepIdx) => store.meetings.put(runId, stepIdx, photoId));
      if (state) store.states.add(runId, state.stepIdx);
      return run;
    });
  } catch (error) {
    await removeFiles(copies.map(([, target]) => join(folder, target)));
    throw error;
  }
}

/** Files are never rewritten, so two names may share the same bytes; not every file system can do that. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  await link(source, target).catch(() => copyFile(source, target));
}
