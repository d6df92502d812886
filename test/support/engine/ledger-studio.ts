// The whole core over a real engine process with the ledger method, in a folder of its own.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandInput, CommandName, CommandOutputs } from '../../../electron/contract/commands.ts';
import type { StudioEvent, StudioEventName, StudioEvents } from '../../../electron/contract/events.ts';
import { forkEngine } from '../../../electron/studio/fork-engine.ts';
import type { Studio, StudioOptions } from '../../../electron/studio/options.ts';
import { createStudio } from '../../../electron/studio/studio.ts';
import { writePhotos } from './generated-photos.ts';
import { ledgerEngine, ledgerManifest } from './ledger-project.ts';

export class LedgerStudio {
  readonly root: string;
  readonly options: StudioOptions;
  readonly events: StudioEvent[] = [];
  studio: Studio;

  private constructor(root: string, options: StudioOptions) {
    this.root = root;
    this.options = options;
    this.studio = this.#open();
  }

  static async create(change: Partial<StudioOptions> = {}): Promise<LedgerStudio> {
    const root = await mkdtemp(join(tmpdir(), 'studio-'));
    await mkdir(join(root, 'zoo', 'ledger'), { recursive: true });
    await writeFile(join(root, 'zoo', 'ledger', 'manifest.json'), JSON.stringify(ledgerManifest));
    await mkdir(join(root, 'photos'));
    return new LedgerStudio(root, {
      host: 'web',
      version: '0.0.0',
      dataFolder: join(root, 'data'),
      projectsFolder: join(root, 'projects'),
      zooFolder: join(root, 'zoo'),
      spawnEngine: () => forkEngine(ledgerEngine),
      dialogs: null,
      reveal: null,
      ...change,
    });
  }

  /** Ends the studio and starts it again on the same folders. */
  async restart(): Promise<void> {
    await this.studio.close();
    this.studio = this.#open();
  }

  #open(): Studio {
    const studio = createStudio(this.options);
    studio.subscribe((event) => this.events.push(event));
    return studio;
  }

  photos(names: readonly string[]): Promise<string[]> {
    return writePhotos(join(this.root, 'photos'), names);
  }

  /** The answer of a command that must go well. */
  async do<K extends CommandName>(command: K, input: CommandInput<K>): Promise<CommandOutputs[K]> {
    const result = await this.studio.invoke(command, input);
    if (!result.ok) throw new Error(`${command}: ${result.error.sentence}`);
    return result.value;
  }

  /** The code of a command that must fail. */
  async codeOf<K extends CommandName>(command: K, input: CommandInput<K>): Promise<string> {
    const result = await this.studio.invoke(command, input);
    return result.ok ? 'ok' : result.error.code;
  }

  next<K extends StudioEventName>(
    name: K,
    accept: (payload: StudioEvents[K]) => boolean = () => true,
  ): Promise<StudioEvents[K]> {
    return new Promise((resolve) => {
      const end = this.studio.subscribe((event) => {
        const payload = event.payload as StudioEvents[K];
        if (event.name !== name || !accept(payload)) return;
        end();
        resolve(payload);
      });
    });
  }

  /** Imports paths and waits until that is through. */
  async import(paths: readonly string[], copy = false): Promise<StudioEvents['import.progress']> {
    const through = this.next('import.progress', ({ stage }) => stage === 'done' || stage === 'cancelled');
    await this.do('import.start', { sources: paths.map((path) => ({ kind: 'path', path })), copy });
    return through;
  }

  async destroy(): Promise<void> {
    await this.studio.close();
    await rm(this.root, { recursive: true, force: true });
  }
}
