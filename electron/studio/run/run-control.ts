// Runs of the open project as the user commands them: start, pause, resume, cancel, retry, peek.

import { join } from 'node:path';
import type { CommandInput, RunProgress } from '../../contract/commands.ts';
import type { RunComparison } from '../../contract/run-comparison.ts';
import { projectLayout } from '../../../projects/format/layout.ts';
import { StudioFailure } from '../../../projects/format/result.ts';
import type { PointChunk, Run } from '../../../projects/format/scene.ts';
import { branchRun } from '../../../projects/store/branch-run.ts';
import { removeRun } from '../../../projects/store/remove-run.ts';
import type { Emitter } from '../emitter.ts';
import { defaultModelId, type MethodFolders, type ModelCatalog } from '../model-catalog.ts';
import type { Session } from '../session.ts';
import type { EngineClient } from '../engine-client.ts';
import { compareRuns } from './compare-runs.ts';
import { EngineRun } from './engine-run.ts';
import type { EngineSlot } from './engine-slot.ts';
import { wanted } from './queue.ts';
import { RunLoop, type RunLoopOptions } from './run-loop.ts';
import { StateKeeper } from './state-keeper.ts';

export class RunControl {
  readonly #session: Session;
  readonly #emitter: Emitter;
  readonly #engines: EngineSlot;
  readonly #models: ModelCatalog;
  #loop: RunLoop | null = null;
  /** The engine that was given the saved state because somebody asked it, without a run. */
  #woken: EngineClient | null = null;

  constructor(session: Session, emitter: Emitter, engines: EngineSlot, models: ModelCatalog) {
    this.#session = session;
    this.#emitter = emitter;
    this.#engines = engines;
    this.#models = models;
  }

  get active(): boolean {
    return this.#loop?.active ?? false;
  }

  progress(): RunProgress | null {
    return this.#loop?.progress() ?? null;
  }

  /**
   * A run follows an import as a rule: its process starts, and the method that is built in gets ready, while the photos are read. Other
   * methods may be large, and are loaded when they are asked for.
   */
  prepare(): void {
    const modelId = this.#session.store.shownRun()?.modelId ?? defaultModelId;
    const engine = this.#engines.get();
    // Whoever begins the run hears of a failure.
    if (modelId === defaultModelId)
      engine.request('prepare', { modelId, packFolder: null, depthPackFolder: null }).catch(() => undefined);
  }

  /** @throws StudioFailure busy, model-unknown, no-photos, bad-input (a method without a state is asked to revisit) */
  async start({ modelId, settings }: CommandInput<'run.start'>): Promise<Run> {
    this.#mustRest();
    const folders = await this.#models.methodFolders({ modelId, settings });
    if (settings.revisit !== 'none') await this.#mustHaveState(modelId, folders);
    this.#mustRest();
    const { photos, scene } = this.#session;
    const input = { photos, excludedPhotoIds: scene.excludedPhotoIds, maxFrames: settings.maxFrames };
    if (wanted(input).length === 0) throw new StudioFailure('no-photos', { source: 'this project' });
    const { store } = this.#session;
    const run = store.runs.create(modelId, settings);
    store.meta.set('shownRunId', null);
    this.#drive(run, folders);
    return run;
  }

  /** Goes on with the run that is shown, from its last saved state, with whatever photos came since. @throws StudioFailure busy, run-not-found, model-unknown */
  async resume(input: CommandInput<'run.resume'>): Promise<void> {
    this.#mustRest();
    await this.#goOn([], input?.maxFrames);
  }

  /** Tries photos again, in the run that goes on or after waking the one that is shown. */
  async retry({ photoIds }: CommandInput<'run.retry'>): Promise<void> {
    if (this.#loop?.active) this.#loop.retry(photoIds);
    else await this.#goOn(photoIds, undefined);
  }

  /**
   * Begins a run of its own from the newest state of the shown run that knows none of these photos; what was excluded since is not met
   * again. Without such a state it begins with the first photo.
   * @throws StudioFailure busy, run-not-found, bad-input (no such photo was met), model-unknown, project-not-writable, disk-full
   */
  async branch({ photoIds }: CommandInput<'run.branch'>): Promise<Run> {
    this.#mustRest();
    const { store } = this.#session;
    const from = store.shownRun();
    if (!from) throw new StudioFailure('run-not-found');
    const folders = await this.#models.methodFolders(from);
    const stepIdx = store.meetings.from(from.id, 0).findIndex((id) => photoIds.includes(id));
    if (stepIdx < 0) throw new StudioFailure('bad-input', { reason: 'the run has met none of these photos.' });
    const run = await branchRun(store, from, store.states.newestNotAfter(from.id, stepIdx));
    this.#mustRest();
    store.meta.set('shownRunId', null);
    this.#forgetState();
    // The scene that the two runs share is there already: whoever looks reads it anew.
    this.#emitter.emit('project.opened', { project: store.info() });
    this.#drive(run, folders);
    return run;
  }

  /** Looks at another run from now on: its scene is shown, asked and gone on with. @throws StudioFailure busy, run-not-found */
  show({ runId }: CommandInput<'run.show'>): void {
    this.#mustRest();
    const { store } = this.#session;
    if (!store.runs.byId(runId)) throw new StudioFailure('run-not-found');
    store.meta.set('shownRunId', runId);
    this.#forgetState();
    this.#emitter.emit('project.opened', { project: store.info() });
  }

  /** Deletes a run that is not shown, with its files. @throws StudioFailure busy, run-not-found */
  async remove({ runId }: CommandInput<'run.remove'>): Promise<void> {
    this.#mustRest();
    const { store } = this.#session;
    const shown = store.shownRun();
    if (!store.runs.byId(runId) || shown?.id === runId) throw new StudioFailure('run-not-found');
    store.meta.set('shownRunId', shown?.id ?? null);
    await removeRun(store, runId);
    this.#emitter.emit('project.opened', { project: store.info() });
  }

  /** How the shown run and another one differ. @throws StudioFailure run-not-found */
  compare({ runId }: CommandInput<'run.compare'>): RunComparison {
    const { store } = this.#session;
    const shown = store.shownRun();
    if (!shown || !store.runs.byId(runId)) throw new StudioFailure('run-not-found');
    return compareRuns(store.frames.list(shown.id), store.frames.list(runId));
  }

  pause(): void {
    this.#mustRun().pause();
  }

  /** Waits until the photo at hand is through and the state is saved. Does nothing when no run goes on. */
  async pauseAndWait(): Promise<void> {
    if (!this.#loop?.active) return;
    this.#loop.pause();
    await this.#loop.finished;
  }

  async cancel(): Promise<void> {
    const loop = this.#mustRun();
    loop.cancel();
    await loop.finished;
  }

  /** What the state believes a camera would see: a chunk without a frame, kept until the project is closed. */
  async peek(input: CommandInput<'run.peek'>): Promise<PointChunk> {
    const engine = await this.#engineWithState();
    const { photoId: _none, ...chunk } = await engine.request('peek', input);
    this.#session.rememberInferred(chunk.id, join(this.#cacheFolder, `${chunk.id}.safetensors`));
    return { ...chunk, frameId: '' };
  }

  /** The engine that holds the newest state: that of the run at hand, or one begun from the saved state after the project was opened again. */
  async #engineWithState(): Promise<EngineClient> {
    const { current } = this.#engines;
    if (current && (this.#loop || current === this.#woken)) return current;
    if (this.active) throw new StudioFailure('run-not-found');
    const { store } = this.#session;
    const shown = store.shownRun();
    if (!shown) throw new StudioFailure('run-not-found');
    const { id, modelId, settings } = shown;
    const places = this.#placesOf(await this.#models.methodFolders(shown));
    this.#mustRest();
    const engine = this.#engines.get();
    const states = new StateKeeper(store, this.#emitter, id);
    await EngineRun.begin(engine, states, { ...places, modelId, settings, photos: [] }, () => undefined);
    this.#woken = engine;
    return engine;
  }

  /** The engine's state belongs to a run that is not shown any more. */
  #forgetState(): void {
    this.#loop = null;
    this.#woken = null;
    this.#engines.end();
  }

  async #goOn(retryPhotoIds: readonly string[], maxFrames: number | null | undefined): Promise<void> {
    const { store } = this.#session;
    const shown = store.shownRun();
    if (!shown) throw new StudioFailure('run-not-found');
    const folders = await this.#models.methodFolders(shown);
    this.#mustRest();
    const settings = maxFrames === undefined ? shown.settings : { ...shown.settings, maxFrames };
    const run = store.runs.update(shown.id, { status: 'running', message: null, settings });
    if (run) this.#drive(run, folders).retry(retryPhotoIds);
  }

  #drive(run: Run, folders: MethodFolders): RunLoop {
    const { store } = this.#session;
    this.#loop = new RunLoop({
      run,
      store,
      emitter: this.#emitter,
      engines: this.#engines,
      places: this.#placesOf(folders),
      queueInput: () => ({
        photos: this.#session.photos,
        excludedPhotoIds: this.#session.scene.excludedPhotoIds,
      }),
    });
    this.#emitter.emit('run.changed', { run });
    return this.#loop;
  }

  #placesOf(folders: MethodFolders): RunLoopOptions['places'] {
    return {
      ...folders,
      cacheFolder: this.#cacheFolder,
      chunksFolder: join(this.#session.folder, projectLayout.chunks),
    };
  }

  get #cacheFolder(): string {
    return join(this.#session.store.workFolder, projectLayout.cache);
  }

  async #mustHaveState(modelId: string, { packFolder }: MethodFolders): Promise<void> {
    if (packFolder !== null && (await this.#models.find(modelId)).manifest.kind === 'recurrent') return;
    throw new StudioFailure('bad-input', {
      reason: `the method ${modelId} has no state with which to revisit photos.`,
    });
  }

  #mustRest(): void {
    if (this.active) throw new StudioFailure('busy');
  }

  #mustRun(): RunLoop {
    if (!this.#loop?.active) throw new StudioFailure('run-not-found');
    return this.#loop;
  }
}
