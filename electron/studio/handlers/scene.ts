// Commands about the whole scene: splats, questions, pictures, the camera path.

import type { CommandsOf, HandlersOf } from './handler.ts';

export const sceneHandlers: HandlersOf<CommandsOf<'scene' | 'cameras'>> = {
  'scene.splat': async (context) => {
    await context.requireProject().scene.makeSplats();
    return null;
  },
  'scene.ask': (context, question) => context.requireProject().scene.ask(question),
  'scene.label': (context, labels) => context.requireProject().scene.label(labels),
  'scene.track': (context, place) => context.requireProject().scene.track(place),
  'scene.render': (context, picture) => context.requireProject().scene.render(picture),
  'cameras.set': (context, { cameras }) => {
    const { session } = context.requireProject();
    session.store.cameras.replaceAll(cameras);
    context.emitter.emit('cameras.changed', { cameras });
    return null;
  },
};
