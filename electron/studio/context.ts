// What all handlers share: the host's options, the parts of the core, and the project that is open.

import { StudioFailure } from '../../projects/format/result.ts';
import type { ProjectSnapshot } from '../contract/commands.ts';
import { ProjectStore } from '../../projects/store/project-store.ts';
import { Emitter } from './emitter.ts';
import { ImportControl } from './imports/import-control.ts';
import { ReplacedPhotos } from './imports/replaced-photos.ts';
import { ModelCatalog } from './model-catalog.ts';
import type { StudioOptions } from './options.ts';
import { PolishControl } from './polish/polish-control.ts';
import { RecentProjects } from './recent-projects.ts';
import { RefineControl } from './refine/refine-control.ts';
import { EngineSlot } from './run/engine-slot.ts';
import { RunControl } from './run/run-control.ts';
import { SceneControl } from './scene/scene-control.ts';
import { Session } from './session.ts';
import { SettingsFile } from './settings.ts';
import { SpaceControl } from './space/space-control.ts';
import { Uploads } from './uploads.ts';

/** A project that is open, with all that can go on in it. */
export interface OpenProject {
  session: Session;
  runs: RunControl;
  imports: ImportControl;
  replaced: ReplacedPhotos;
  scene: SceneControl;
  refinement: RefineControl;
  polish: PolishControl;
  space: SpaceControl;
}

export class StudioContext {
  readonly options: StudioOptions;
  readonly emitter = new Emitter();
  readonly settings: SettingsFile;
  readonly recent: RecentProjects;
  readonly uploads: Uploads;
  readonly models: ModelCatalog;
  /** The engine of runs, and a second one for import and small questions, so that neither waits for the other where both can be asked at once. */
  readonly runEngines: EngineSlot;
  readonly sideEngines: EngineSlot;
  /** Compiles checkpoints: one at a time, ended to cancel. */
  readonly packEngines: EngineSlot;
  #open: OpenProject | null = null;
  #turn: Promise<void> = Promise.resolve();
  #provider: Promise<string> | null = null;

  constructor(options: StudioOptions) {
    this.options = options;
    this.settings = new SettingsFile(options.dataFolder);
    this.recent = new RecentProjects(options.dataFolder);
    this.uploads = new Uploads(options.dataFolder);
    this.models = new ModelCatalog(options.zooFolder, options.dataFolder);
    // In a terminal one thing follows the other: a second process would only make the start longer.
    const inTurn = options.host === 'cli';
    this.runEngines = new EngineSlot(() => options.spawnEngine(), { staysWarm: inTurn });
    this.sideEngines = inTurn ? this.runEngines : new EngineSlot(() => options.spawnEngine());
    this.packEngines = new EngineSlot(() => options.spawnEngine());
  }

  get openProject(): OpenProject | null {
    return this.#open;
  }

  /** What this machine runs networks on, asked once: `CPU, 2 threads`. */
  provider(): Promise<string> {
    this.#provider ??= this.sideEngines
      .get()
      .request('describe', null)
      .then(({ providers, threads }) => (providers[0] === 'CPU' ? `CPU, ${threads} threads` : providers[0]))
      .finally(() => this.sideEngines.endWhenIdle());
    // A failure is told to whoever asks now, and the next one asks again.
    this.#provider.catch(() => (this.#provider = null));
    return this.#provider;
  }

  /** @throws StudioFailure no-project */
  requireProject(): OpenProject {
    if (!this.#open) throw new StudioFailure('no-project');
    return this.#open;
  }

  /** Opens a project in place of the one that is open. When it cannot be opened, the one that was open stays. */
  show(openStore: () => Promise<ProjectStore>): Promise<ProjectSnapshot> {
    return this.#inTurn(async () => {
      const store = await openStore();
      await this.#closeOpen();
      const session = new Session(store, this.emitter);
      const runs = new RunControl(session, this.emitter, this.runEngines, this.models);
      const imports = new ImportControl(session, this.emitter, this.sideEngines, this.uploads);
      const replaced = new ReplacedPhotos(session, this.emitter, imports);
      const scene = new SceneControl(session, this.emitter, this.sideEngines, this.models, this.options.host !== 'cli');
      const refinement = new RefineControl(session, this.emitter, this.sideEngines, runs);
      const polish = new PolishControl({ session, emitter: this.emitter, engines: this.sideEngines, runs, scene });
      const space = new SpaceControl(session, this.sideEngines, this.models);
      const open = { session, runs, imports, replaced, scene, refinement, polish, space };
      this.#open = open;
      await this.recent.remember(store.info());
      this.emitter.emit('project.opened', { project: store.info() });
      for (const sentence of store.openNotices)
        this.emitter.emit('notice', { level: 'warning', place: 'project', code: null, sentence });
      // Not waited for: a project of before this was looked at has all its photos read once.
      void replaced.check();
      return session.snapshot(open);
    });
  }

  /** Rests all work, so that it can go on another day, and closes the project. */
  closeProject(): Promise<void> {
    return this.#inTurn(() => this.#closeOpen());
  }

  async #closeOpen(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = null;
    await open.polish.close();
    await open.imports.close();
    await open.replaced.close();
    await open.scene.close();
    await open.runs.pauseAndWait();
    this.runEngines.end();
    await open.session.store.measure();
    await this.recent.remember(open.session.store.info());
    open.session.store.close();
    this.emitter.emit('project.closed', null);
  }

  /** Projects are opened and closed one after another: two windows that open at once must not leave a third one locked. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async close(): Promise<void> {
    await this.closeProject();
    this.runEngines.end();
    this.sideEngines.end();
    this.packEngines.end();
  }
}
