// Commands about the open project's work: import, runs, edits, exports.

import type { EditRecord } from '../../../projects/format/edits.ts';
import type { StudioContext } from '../context.ts';
import type { CommandsOf, HandlersOf } from './handler.ts';

export const workHandlers: HandlersOf<CommandsOf<'import' | 'photos' | 'run' | 'edits' | 'export'>> = {
  'import.start': async (context, input) => {
    const { imports, runs } = context.requireProject();
    runs.prepare();
    await imports.start(input);
    return null;
  },
  'import.cancel': async (context) => {
    await context.requireProject().imports.cancel();
    return null;
  },
  'import.resume': async (context) => {
    await context.requireProject().imports.resume();
    return null;
  },
  'import.watch': async (context, { folder }) => {
    await context.requireProject().imports.watch(folder);
    return null;
  },

  'photos.take': async (context, { photoIds }) => {
    await context.requireProject().replaced.take(photoIds);
    return null;
  },
  'photos.leave': (context, { photoIds }) => {
    context.requireProject().replaced.leave(photoIds);
    return null;
  },

  'run.start': async (context, input) => {
    const { replaced, runs } = context.requireProject();
    await replaced.check();
    return runs.start(input);
  },
  'run.pause': (context) => {
    context.requireProject().runs.pause();
    return null;
  },
  'run.resume': async (context, input) => {
    const { replaced, runs } = context.requireProject();
    await replaced.check();
    await runs.resume(input);
    return null;
  },
  'run.cancel': async (context) => {
    await context.requireProject().runs.cancel();
    return null;
  },
  'run.retry': async (context, input) => {
    const { replaced, runs } = context.requireProject();
    await replaced.check();
    await runs.retry(input);
    return null;
  },
  'run.branch': async (context, input) => {
    const { replaced, runs } = context.requireProject();
    await replaced.check();
    return runs.branch(input);
  },
  'run.show': (context, input) => {
    context.requireProject().runs.show(input);
    return null;
  },
  'run.remove': async (context, input) => {
    await context.requireProject().runs.remove(input);
    return null;
  },
  'run.compare': (context, input) => context.requireProject().runs.compare(input),
  'run.peek': (context, input) => context.requireProject().runs.peek(input),

  'edits.append': (context, edit) => edited(context, (edits) => edits.append(edit)) as EditRecord,
  'edits.undo': (context) => edited(context, (edits) => edits.undo()),
  'edits.redo': (context) => edited(context, (edits) => edits.redo()),

  'export.write': async (context, input) => {
    const { offered, writeExport } = await import('../export-job.ts');
    const { path: written, bytes, belief, notices } = await writeExport(context, input);
    return { ...offered(context, input.path, written), bytes, belief, notices };
  },
};

/** Row first, then the event with the whole list: the fold is cheap and cannot get out of step. */
export function edited(
  context: StudioContext,
  change: (edits: StudioContextEdits) => EditRecord | null,
): EditRecord | null {
  const { session } = context.requireProject();
  const record = change(session.store.edits);
  if (record) session.editsChanged();
  return record;
}

type StudioContextEdits = ReturnType<StudioContext['requireProject']>['session']['store']['edits'];
