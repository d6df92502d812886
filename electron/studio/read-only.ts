// Projects whose folders cannot be written: opened for looking, and every command that would change them refused.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, StudioFailure } from '../../projects/format/result.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import type { CommandName } from '../contract/commands.ts';
import type { StudioContext } from './context.ts';

const changing = /^(import|photos|run|refine|polish|cameras|labels|edits)\./;
/** They look, or write beside the project. */
const looking: ReadonlySet<CommandName> = new Set(['run.show', 'run.compare', 'run.peek']);

/** @throws StudioFailure project-read-only */
export function mustBeAllowed(command: CommandName, { openProject }: StudioContext): void {
  if (!openProject?.session.store.isReadOnly) return;
  if (command === 'scene.edit' || (changing.test(command) && !looking.has(command)))
    throw new StudioFailure('project-read-only');
}

/** Opens a project, for looking only where its folder cannot be written. @throws StudioFailure as ProjectStore.open */
export async function openOrLook(folder: string): Promise<ProjectStore> {
  try {
    return await ProjectStore.open(folder);
  } catch (error) {
    if (errorOf(error).code !== 'project-not-writable') throw error;
    return ProjectStore.look(folder, join(tmpdir(), `permanence-looking-${crypto.randomUUID()}`));
  }
}
