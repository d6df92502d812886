// Commands about installed methods.

import type { CommandsOf, HandlersOf } from './handler.ts';
import { providerOf } from '../model-packs.ts';

export const modelHandlers: HandlersOf<Exclude<CommandsOf<'models'>, 'models.add'>> = {
  'models.list': async (context) => context.models.infos(await providerOf(context)),
  'models.remove': async (context, { modelId }) => {
    await context.models.remove(modelId);
    context.emitter.emit('models.changed', null);
    return null;
  },
};
