// The shape of a command's handler: checked input in, answer out; what goes wrong is thrown as a StudioFailure.

import type { CommandInput, CommandName, CommandOutputs } from '../../contract/commands.ts';
import type { StudioContext } from '../context.ts';

export type Handler<K extends CommandName> = (
  context: StudioContext,
  input: CommandInput<K>,
) => CommandOutputs[K] | Promise<CommandOutputs[K]>;

/** Handlers of one area: a command that is misspelt or has the wrong answer does not compile. */
export type HandlersOf<K extends CommandName> = { [Name in K]: Handler<Name> };

/** Commands of one area by their prefix. */
export type CommandsOf<Prefix extends string> = Extract<CommandName, `${Prefix}.${string}`>;
