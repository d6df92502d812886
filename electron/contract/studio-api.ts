// What the page sees as `window.studio`: one function per command, one subscription per event. Preload and web client both provide it.

import type { CommandInput, CommandName, CommandOutputs } from './commands.ts';
import type { StudioEventName, StudioEvents } from './events.ts';
import type { Result } from '../../projects/format/result.ts';

export interface StudioApi {
  invoke<K extends CommandName>(command: K, input: CommandInput<K>): Promise<Result<CommandOutputs[K]>>;
  /** Returns the function that ends the subscription. */
  on<K extends StudioEventName>(event: K, listener: (payload: StudioEvents[K]) => void): () => void;
  /** URL of bulk bytes by id: never by path. */
  url(what: 'chunk' | 'thumb' | 'photo' | 'export', id: string): string;
  /** Path of a dropped file on this machine, or null where the host cannot know it (browser): then upload. */
  pathOf(file: File): string | null;
  /** Sends files to the host; resolves with an id for `import.start` or `models.add`. */
  upload(files: readonly File[], onProgress: (fraction: number) => void): Promise<Result<{ uploadId: string }>>;
}
