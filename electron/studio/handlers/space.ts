// Commands about space: places for measures, boxes, the scale, questions.

import type { CommandsOf, HandlersOf } from './handler.ts';

export const spaceHandlers: HandlersOf<CommandsOf<'space'>> = {
  'space.anchor': (context, input) => context.requireProject().space.anchor(input),
  'space.box': (context, input) => context.requireProject().space.box(input),
  'space.answer': (context, question) => context.requireProject().space.answer(question),
  'space.scale': (context, by) => context.requireProject().space.scale(by),
};
