// Every command and its handler: one that is missing does not compile.

import type { CommandName } from '../../contract/commands.ts';
import { appHandlers } from './app.ts';
import type { HandlersOf } from './handler.ts';
import { modelHandlers } from './models.ts';
import { polishHandlers } from './polish.ts';
import { projectHandlers } from './projects.ts';
import { refineHandlers } from './refine.ts';
import { sceneHandlers } from './scene.ts';
import { spaceHandlers } from './space.ts';
import { workHandlers } from './work.ts';

export const handlers: HandlersOf<CommandName> = {
  ...appHandlers,
  ...projectHandlers,
  ...workHandlers,
  ...modelHandlers,
  ...polishHandlers,
  ...refineHandlers,
  ...sceneHandlers,
  ...spaceHandlers,
};
