// What a host gives the studio, and what it gets back: the whole surface between the core and its shells.

import type { AppInfo, CommandInput, CommandName, CommandOutputs } from '../contract/commands.ts';
import type { StudioEvent } from '../contract/events.ts';
import type { Result } from '../../projects/format/result.ts';

/** One engine process as the host started it: `child_process.fork` in Node, `utilityProcess.fork` in Electron. */
export interface EngineProcess {
  /** Known as soon as the process runs. */
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once; `reason` says how it ended: `code 1`, `signal SIGKILL`. */
  onExit(listener: (reason: string) => void): void;
  kill(): void;
}

export interface StudioOptions {
  host: AppInfo['host'];
  version: string;
  /** Folder of this user's settings, list of recent projects, uploads and added models; made when missing. */
  dataFolder: string;
  /** Where new projects go by default; made when first needed. */
  projectsFolder: string;
  /** Folder of the packs that come with the studio (`models/zoo`). */
  zooFolder: string;
  /** Starts `electron/engine/main.ts` (or its bundle) in a process of its own. */
  spawnEngine(): EngineProcess;
  /** The system's dialogs; null where the host has none (browser, terminal). */
  dialogs: {
    pick(what: CommandInput<'dialog.pick'>['what']): Promise<{ paths: string[] } | null>;
    /** Asks where to write a file; null when the user cancelled. */
    save(suggestedName: string): Promise<string | null>;
  } | null;
  /** Shows a folder in the system's file manager; null where that is impossible. */
  reveal: ((folder: string) => Promise<void>) | null;
}

/** `export`: a file or a folder. */
export type BulkKind = 'chunk' | 'thumb' | 'photo' | 'export';

export interface Studio {
  /** Checks the input against the contract, then runs the command. Never throws and never rejects. */
  invoke<K extends CommandName>(command: K, input: CommandInput<K>): Promise<Result<CommandOutputs[K]>>;
  /** The same for names and inputs that come from outside: an unknown command is a `bad-input`. */
  invokeUnchecked(command: unknown, input: unknown): Promise<Result<unknown>>;
  /** Hears every event; returns the function that ends the subscription. */
  subscribe(listener: (event: StudioEvent) => void): () => void;
  /** Absolute path of bulk bytes of the open project, or null when there is none of that id. Ids are checked; paths never pass. */
  resolveBulk(what: BulkKind, id: string): string | null;
  /**
   * Keeps one file a browser sends; `uploadId: null` begins a new upload, and the id that comes back takes further files.
   * `relativePath` may hold folders (`trip/a.jpg`); it cannot leave the upload's own folder.
   */
  acceptUpload(upload: {
    uploadId: string | null;
    relativePath: string;
    bytes: AsyncIterable<Uint8Array>;
  }): Promise<Result<{ uploadId: string }>>;
  /** Pauses what runs, saves its state, closes the project and ends the engines. */
  close(): Promise<void>;
}
