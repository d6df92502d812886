// The core that every host shares: commands in, results out, events to whoever listens. Knows nothing of Electron, HTTP or terminals.

import * as v from 'valibot';
import { commandInputs, type CommandInput, type CommandName, type CommandOutputs } from '../contract/commands.ts';
import { errorOf, fail, ok, StudioFailure, type Result } from '../../projects/format/result.ts';
import { EngineGone, EngineRefusal } from './engine-client.ts';
import { StudioContext } from './context.ts';
import { mustBeAllowed } from './read-only.ts';
import { handlers } from './handlers/all.ts';
import type { Handler } from './handlers/handler.ts';
import type { Studio, StudioOptions } from './options.ts';

export function createStudio(options: StudioOptions): Studio {
  const context = new StudioContext(options);
  // Not waited for: an upload that cannot be deleted today is deleted another day.
  context.uploads.prune().catch(() => undefined);
  return {
    invoke: (command, input) => answer(context, command, input),
    invokeUnchecked: (command, input) =>
      isCommand(command)
        ? answer(context, command, input as CommandInput<CommandName>)
        : Promise.resolve(fail('bad-input', { reason: 'there is no such command.' })),
    subscribe: (listener) => context.emitter.subscribe(listener),
    resolveBulk: (what, id) => {
      const session = context.openProject?.session;
      if (what === 'chunk') return session?.chunkFile(id) ?? null;
      if (what === 'export') return session?.offeredFile(id) ?? null;
      if (what === 'photo') return session?.photoFile(id) ?? null;
      // The home page shows covers of projects that are not open.
      return session?.thumbFile(id) ?? context.recent.coverPath(id);
    },
    acceptUpload: ({ uploadId, relativePath, bytes }) =>
      settled(async () => ({ uploadId: await context.uploads.accept(uploadId, relativePath, bytes) })),
    close: () => context.close(),
  };
}

function isCommand(name: unknown): name is CommandName {
  return typeof name === 'string' && Object.hasOwn(handlers, name);
}

function answer<K extends CommandName>(
  context: StudioContext,
  command: K,
  input: CommandInput<K>,
): Promise<Result<CommandOutputs[K]>> {
  return settled(async () => {
    const checked = v.safeParse(commandInputs[command] as v.GenericSchema<unknown, CommandInput<K>>, input);
    if (!checked.success) throw new StudioFailure('bad-input', { reason: reasonOf(checked.issues) });
    mustBeAllowed(command, context);
    return (handlers[command] as Handler<K>)(context, checked.output);
  });
}

/** `settings.sizePx: Expected number but received "x"`, as the first thing that is wrong. */
function reasonOf([issue]: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const path = v.getDotPath(issue);
  return `${path === null ? '' : `${path}: `}${issue.message}.`;
}

async function settled<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof EngineRefusal) return { ok: false, error: error.error };
    if (error instanceof EngineGone) return fail('engine-gone', { reason: error.reason });
    return { ok: false, error: errorOf(error) };
  }
}
