// Commands about installed methods.

import { addModel, letGo, previewModel } from '../model-packs.ts';
import { probeModels } from '../model-probe.ts';
import type { CommandsOf, HandlersOf } from './handler.ts';

export const modelHandlers: HandlersOf<CommandsOf<'models'>> = {
  'models.list': async (context) => context.models.infos(await context.provider()),
  'models.preview': (context, { source }) => previewModel(context, source),
  'models.add': (context, input) => addModel(context, input),
  'models.cancel': ({ packEngines }) => {
    packEngines.end();
    return null;
  },
  'models.probe': (context, input) => probeModels(context, input),
  'models.decline': async (context, { source }) => {
    await letGo(context, source);
    return null;
  },
  'models.remove': async (context, { modelId }) => {
    await context.models.remove(modelId);
    context.emitter.emit('models.changed', null);
    return null;
  },
};
