// Commands about the refinement of the newest run.

import type { CommandsOf, HandlersOf } from './handler.ts';

export const refineHandlers: HandlersOf<CommandsOf<'refine'>> = {
  'refine.run': (context) => context.requireProject().refinement.run(),
  'refine.undo': (context) => context.requireProject().refinement.undo(),
  'refine.redo': (context) => context.requireProject().refinement.redo(),
};
