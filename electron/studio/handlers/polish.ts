// Commands about polishing the splats of the newest run.

import type { CommandsOf, HandlersOf } from './handler.ts';

export const polishHandlers: HandlersOf<CommandsOf<'polish'>> = {
  'polish.run': (context) => context.requireProject().polish.run(),
  'polish.cancel': (context) => {
    context.requireProject().polish.cancel();
    return null;
  },
  'polish.undo': (context) => context.requireProject().polish.undo(),
  'polish.redo': (context) => context.requireProject().polish.redo(),
};
