// The studio as a command uses it: results unwrapped, events awaited, and an orderly end when the user presses Ctrl-C.

import type { CommandInput, CommandName, CommandOutputs } from '../contract/commands.ts';
import type { StudioEvent, StudioEventName, StudioEvents } from '../contract/events.ts';
import { StudioFailure } from '../../projects/format/result.ts';
import { nodeStudioOptions } from '../studio/node-host.ts';
import type { Studio } from '../studio/options.ts';
import { createStudio } from '../studio/studio.ts';
import { takeEngine } from './early-engine.ts';

export class TerminalStudio {
  readonly studio: Studio;

  constructor(studio: Studio = createStudio({ ...nodeStudioOptions('cli'), spawnEngine: takeEngine })) {
    this.studio = studio;
  }

  /** @throws StudioFailure with the sentence of the core */
  async do<K extends CommandName>(command: K, input: CommandInput<K>): Promise<CommandOutputs[K]> {
    const result = await this.studio.invoke(command, input);
    if (!result.ok) throw StudioFailure.from(result.error);
    return result.value;
  }

  on<K extends StudioEventName>(name: K, listener: (payload: StudioEvents[K]) => void): () => void {
    return this.studio.subscribe((event: StudioEvent) => {
      if (event.name === name) listener(event.payload as StudioEvents[K]);
    });
  }

  /** The next event of a name that is as asked. Listens from the call on, so call it before what causes the event. */
  next<K extends StudioEventName>(name: K, accept: (payload: StudioEvents[K]) => boolean): Promise<StudioEvents[K]> {
    return new Promise((resolve) => {
      const end = this.on(name, (payload) => {
        if (!accept(payload)) return;
        end();
        resolve(payload);
      });
    });
  }

  close(): Promise<void> {
    return this.studio.close();
  }
}

/** Calls `first` on the first Ctrl-C (or polite kill); the second ends the program at once. Returns the function that lets go. */
export function onInterrupt(first: () => void): () => void {
  let asked = false;
  const listener = (): void => {
    if (asked) process.exit(interruptedCode);
    asked = true;
    first();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}

/** What shells expect of a program that Ctrl-C has ended. */
export const interruptedCode = 130;
