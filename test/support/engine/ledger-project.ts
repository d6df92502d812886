// A project with generated photos, whose runs go through a real engine process with the ledger method.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunSettings } from '../../../projects/format/scene.ts';
import type { StudioEvent } from '../../../electron/contract/events.ts';
import { Emitter } from '../../../electron/studio/emitter.ts';
import { forkEngine } from '../../../electron/studio/fork-engine.ts';
import { ModelCatalog } from '../../../electron/studio/model-catalog.ts';
import { EngineSlot } from '../../../electron/studio/run/engine-slot.ts';
import { RunControl } from '../../../electron/studio/run/run-control.ts';
import { Session } from '../../../electron/studio/session.ts';
import type { Manifest } from '../../../models/run/manifest.ts';
import { chunkPath, projectLayout, statePath } from '../../../projects/format/layout.ts';
import { decodeSafetensors } from '../../../projects/format/safetensors.ts';
import { ProjectStore } from '../../../projects/store/project-store.ts';
import { photoRow, writePhotos } from './generated-photos.ts';
import { plainSettings } from '../plain-settings.ts';

export const ledgerEngine = fileURLToPath(new URL('./ledger-engine.ts', import.meta.url));

export const ledgerManifest: Manifest = {
  id: 'ledger',
  name: 'Ledger',
  kind: 'recurrent',
  family: 'ledger',
  licence: { id: 'MIT', name: 'MIT', url: null, mustAccept: false },
  parameters: 0,
  precision: 'float32',
  graphs: {},
  files: [],
  config: {},
  memoryMb: 1,
};

export class LedgerProject {
  readonly root: string;
  readonly emitter = new Emitter();
  readonly events: StudioEvent[] = [];
  readonly engines: EngineSlot;
  readonly #models: ModelCatalog;
  store!: ProjectStore;
  session!: Session;
  runs!: RunControl;

  private constructor(root: string) {
    this.root = root;
    process.env['LEDGER_MARKS'] = join(root, 'marks');
    this.engines = new EngineSlot(() => forkEngine(ledgerEngine));
    this.#models = new ModelCatalog(join(root, 'zoo'), join(root, 'data'));
    this.emitter.subscribe((event) => this.events.push(event));
  }

  static async create(photoNames: readonly string[]): Promise<LedgerProject> {
    const project = new LedgerProject(await mkdtemp(join(tmpdir(), 'ledger-')));
    await mkdir(join(project.root, 'zoo', 'ledger'), { recursive: true });
    await writeFile(join(project.root, 'zoo', 'ledger', 'manifest.json'), JSON.stringify(ledgerManifest));
    await mkdir(join(project.root, 'pictures'));
    (await ProjectStore.create(join(project.root, 'project'), 'Ledger')).close();
    await project.open();
    await project.addPhotos(photoNames);
    return project;
  }

  /** Opens the project, again after `crash`, as a host does that has just started. */
  async open(): Promise<void> {
    this.store = await ProjectStore.open(join(this.root, 'project'));
    this.session = new Session(this.store, this.emitter);
    this.runs = new RunControl(this.session, this.emitter, this.engines, this.#models);
  }

  async addPhotos(names: readonly string[]): Promise<void> {
    const paths = await writePhotos(join(this.root, 'pictures'), names);
    this.store.photos.add(paths.map((path, idx) => photoRow(path, names[idx])));
    this.session.photosChanged();
  }

  /** Resolves when the run rests. */
  rested(): Promise<void> {
    return new Promise((resolve) => {
      const end = this.emitter.subscribe((event) => {
        if (event.name !== 'run.changed' || event.payload.run.status === 'running') return;
        end();
        resolve();
      });
    });
  }

  /** Starts a run and waits until it rests. */
  async run(settings: Partial<RunSettings> = {}): Promise<void> {
    const rested = this.rested();
    await this.runs.start({ modelId: 'ledger', settings: { ...plainSettings, ...settings } });
    await rested;
  }

  async resume(): Promise<void> {
    const rested = this.rested();
    await this.runs.resume(null);
    await rested;
  }

  /** Names of the photos that the newest saved state has met, and the hash of their pixels. */
  async ledger(): Promise<{ met: string[]; digest: number; stepIdx: number }> {
    const run = this.store.runs.newest();
    const state = run && this.store.states.list(run.id).at(-1);
    if (!run || !state) throw new Error('no saved state');
    const file = await readFile(join(this.store.folder, statePath(run.id, state.stepIdx)));
    const { tensors, metadata } = decodeSafetensors(file);
    const { met } = JSON.parse(metadata.facts) as { met: string[] };
    return { met, digest: Number(tensors.get('digest')?.data[0]), stepIdx: Number(metadata.stepIdx) };
  }

  /** What does not fit together on disk: rows without files, files without rows. Empty when all is well. */
  async inconsistencies(): Promise<string[]> {
    const chunks = [...this.store.chunks.ids(), ...this.store.beliefs.chunkIds()].map(chunkPath);
    const files = (await readdir(join(this.store.folder, projectLayout.chunks))).map(
      (name) => `${projectLayout.chunks}/${name}`,
    );
    return [
      ...chunks.filter((path) => !files.includes(path)).map((path) => `row without file: ${path}`),
      ...files.filter((path) => !chunks.includes(path)).map((path) => `file without row: ${path}`),
    ];
  }

  notices(): string[] {
    return this.events.flatMap((event) => (event.name === 'notice' ? [event.payload.sentence] : []));
  }

  async destroy(): Promise<void> {
    this.engines.end();
    this.store.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

export const numbered = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, idx) => `photo-${String(from + idx).padStart(4, '0')}.png`);
