// The sample of a first start: made when it is not there, opened, and reconstructed before the eyes of the newcomer.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { projectLayout } from '../../projects/format/layout.ts';
import { sampleFolder, sampleName, sampleSentence } from '../../projects/sample/sample.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import type { ProjectSnapshot } from '../contract/commands.ts';
import { defaultModelId } from './model-catalog.ts';
import type { OpenProject, StudioContext } from './context.ts';

/** Opens the sample project; starts its run when it has none yet. */
export async function showSample(context: StudioContext): Promise<ProjectSnapshot> {
  const folder = join(context.options.projectsFolder, sampleName);
  const there = await access(join(folder, projectLayout.database)).then(
    () => true,
    () => false,
  );
  const open = context.openProject;
  if (open?.session.folder !== folder)
    await context.show(() => (there ? ProjectStore.open(folder) : ProjectStore.create(folder, sampleName)));
  const project = context.requireProject();
  if (project.session.store.shownRun() === null) await reconstruct(context, project);
  return project.session.snapshot(project);
}

async function reconstruct({ emitter }: StudioContext, { session, imports, runs }: OpenProject): Promise<void> {
  emitter.emit('notice', { level: 'info', place: 'project', code: null, sentence: sampleSentence });
  if (session.photos.length === 0) {
    // Referenced in place would tie the project to where the program lies today.
    await imports.start({ sources: [{ kind: 'path', path: sampleFolder() }], copy: true });
    await imports.finished();
  }
  await runs.start({
    modelId: defaultModelId,
    settings: { sizePx: null, maxFrames: null, refine: true, updateRule: 'plain', revisit: 'none', depthModelId: null },
  });
}
