// Commands about the whole scene: splats, questions, label sets, pictures, the camera path.

import type { EditRecord } from '../../../projects/format/edits.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { CommandsOf, HandlersOf } from './handler.ts';
import { edited } from './work.ts';

export const sceneHandlers: HandlersOf<CommandsOf<'scene' | 'cameras' | 'labels'>> = {
  'scene.splat': async (context) => {
    await context.requireProject().scene.makeSplats();
    return null;
  },
  'scene.ask': (context, question) => context.requireProject().scene.ask(question),
  'scene.label': (context, labels) => context.requireProject().scene.label(labels),
  'scene.track': (context, place) => context.requireProject().scene.track(place),
  'scene.select': (context, choice) => context.requireProject().scene.select(choice),
  'scene.selectedPoints': async (context, { selection }) => {
    const { chunks, points } = await context.requireProject().scene.selectedPoints(selection, false);
    return { chunks, points };
  },
  'scene.features': (context) => context.requireProject().scene.features(),
  'scene.edit': async (context, { action, what, selection }) => {
    const { chunks, splats } = await context.requireProject().scene.selectedPoints(selection, action === 'isolate');
    if (splats === 0) throw new StudioFailure('nothing-selected');
    const kind = action === 'delete' ? 'splats-deleted' : 'splats-hidden';
    return edited(context, (edits) => edits.append({ kind, what, chunks })) as EditRecord;
  },
  'scene.inventory': async (context, { words, reject, path }) => {
    const { exportInventory } = await import('../export-job.ts');
    return exportInventory(context, { words, reject }, path);
  },
  'scene.render': async (context, { path, ...picture }) => {
    const { chosenPath, offered } = await import('../export-job.ts');
    const outPath = await chosenPath(context, `-${picture.kind}.png`, path);
    await context.requireProject().scene.render(picture, outPath);
    return offered(context, path, outPath);
  },
  'cameras.set': (context, { cameras }) => {
    const { session } = context.requireProject();
    session.store.cameras.replaceAll(cameras);
    context.emitter.emit('cameras.changed', { cameras });
    return null;
  },
  'labels.set': (context, { sets, chosenId }) => {
    const { session } = context.requireProject();
    session.store.labelSets.replaceAll(sets);
    session.store.meta.set('labelSetId', chosenId);
    context.emitter.emit('labels.changed', { sets, chosenId });
    return null;
  },
};
