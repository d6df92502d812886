// Asking the host, in one place: an error becomes a notice beside the work that was started, never an exception.

import type { CommandInput, CommandName, CommandOutputs } from '../../electron/contract/commands.ts';
import type { StudioApi } from '../../electron/contract/studio-api.ts';
import type { Notice } from '../../electron/contract/events.ts';
import type { StudioError } from '../../projects/format/result.ts';

export interface StudioCalls {
  readonly api: StudioApi;
  /** The answer, or null after an error; the error is shown at `place`. */
  ask<K extends CommandName>(
    command: K,
    input: CommandInput<K>,
    place: Notice['place'],
  ): Promise<CommandOutputs[K] | null>;
  /** True when the command succeeded (for commands that answer null). */
  tell<K extends CommandName>(command: K, input: CommandInput<K>, place: Notice['place']): Promise<boolean>;
}

/** @param onError shows the error where the work started */
export function createCalls(
  api: StudioApi,
  onError: (error: StudioError, place: Notice['place']) => void,
): StudioCalls {
  const invoke = async <K extends CommandName>(command: K, input: CommandInput<K>, place: Notice['place']) => {
    const result = await api.invoke(command, input);
    if (!result.ok && result.error.code !== 'cancelled') onError(result.error, place);
    return result;
  };
  return {
    api,
    async ask(command, input, place) {
      const result = await invoke(command, input, place);
      return result.ok ? result.value : null;
    },
    async tell(command, input, place) {
      return (await invoke(command, input, place)).ok;
    },
  };
}
