// Commands about space: places for measures, boxes, the scale.

import type { CommandsOf, HandlersOf } from './handler.ts';

export const spaceHandlers: HandlersOf<CommandsOf<'space'>> = {
  'space.anchor': (context, input) => context.requireProject().space.anchor(input),
  'space.box': (context, input) => context.requireProject().space.box(input),
  'space.scale': (context, by) => context.requireProject().space.scale(by),
};
