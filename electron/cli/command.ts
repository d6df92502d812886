// The shape of a command of the terminal, and how its arguments are read.

import { parseArgs, type ParseArgsConfig } from 'node:util';
import { StudioFailure } from '../../projects/format/result.ts';

export interface Command {
  name: string;
  /** What follows the name, as help shows it. */
  usage: string;
  /** One sentence. */
  summary: string;
  /** Returns the exit code. @throws StudioFailure */
  run(args: string[]): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Reads arguments of one command. @throws StudioFailure bad-input, with the usage of the command */
export function argumentsOf<const T extends Options>(
  command: Pick<Command, 'name' | 'usage'>,
  args: string[],
  options: T,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw badUsage(command, reason);
  }
}

export function badUsage({ name, usage }: Pick<Command, 'name' | 'usage'>, reason: string): StudioFailure {
  return new StudioFailure('bad-input', { reason: `${reason.replace(/\.$/, '')}. Usage: ${name} ${usage}` });
}

/** A whole number of at least `least`; null when the option was not given. @throws StudioFailure bad-input */
export function wholeNumber(name: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new StudioFailure('bad-input', {
      reason: `--${name} takes a whole number of at least ${least}, not ${text}.`,
    });
  return value;
}
