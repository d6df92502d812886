// A studio on folders of its own for benches: photos in, a run to its end, and what was measured on the way.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunProgress } from '../../electron/contract/commands.ts';
import { nodeStudioOptions } from '../../electron/studio/node-host.ts';
import { createStudio } from '../../electron/studio/studio.ts';
import type { RunSettings } from '../../projects/format/scene.ts';

export interface BenchRun {
  modelId: string;
  settings: RunSettings;
  /** Photos or folders. */
  paths: readonly string[];
  onProgress(progress: RunProgress): void;
}

/** Imports photos into a new project and runs a method over them. Returns the last progress. @throws Error when it does not end well */
export async function benchRun({ modelId, settings, paths, onProgress }: BenchRun): Promise<RunProgress> {
  const root = await mkdtemp(join(tmpdir(), 'bench-'));
  const studio = createStudio({ ...nodeStudioOptions('cli'), dataFolder: join(root, 'data'), projectsFolder: root });
  try {
    const imported = new Promise<void>((resolve) =>
      studio.subscribe((event) => {
        if (event.name === 'import.progress' && event.payload.stage === 'done') resolve();
      }),
    );
    const rested = new Promise<RunProgress>((resolve) =>
      studio.subscribe((event) => {
        if (event.name !== 'run.progress') return;
        onProgress(event.payload);
        if (event.payload.status !== 'running') resolve(event.payload);
      }),
    );
    await studio.invoke('projects.create', { name: 'Bench', folder: join(root, 'project') });
    const started = await studio.invoke('import.start', {
      sources: paths.map((path) => ({ kind: 'path', path })),
      copy: false,
    });
    if (!started.ok) throw new Error(started.error.sentence);
    await imported;
    const run = await studio.invoke('run.start', { modelId, settings });
    if (!run.ok) throw new Error(run.error.sentence);
    const last = await rested;
    if (last.status !== 'done') throw new Error(`The run ended ${last.status}.`);
    return last;
  } finally {
    await studio.close();
    await rm(root, { recursive: true, force: true });
  }
}
