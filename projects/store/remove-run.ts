// Takes a run away with all that only it needs: rows first, then files.

import { join } from 'node:path';
import { chunkPath, statePath } from '../format/layout.ts';
import type { RunId } from '../format/scene.ts';
import { removeFiles } from './files.ts';
import type { ProjectStore } from './project-store.ts';
import { namedChunks } from './sweep.ts';

/** Frames, points, splats and states go with the run; whatever files no row names any more are deleted. */
export async function removeRun(store: ProjectStore, runId: RunId): Promise<void> {
  const before = namedChunks(store);
  const states = store.states.list(runId).map(({ stepIdx }) => statePath(runId, stepIdx));
  store.runs.remove(runId);
  const after = new Set(namedChunks(store));
  const chunks = before.filter((id) => !after.has(id)).map(chunkPath);
  await removeFiles([...chunks, ...states].map((path) => join(store.folder, path)));
}
