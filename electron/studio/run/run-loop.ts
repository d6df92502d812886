// Drives one run: asks the engine for one photo at a time, records the answers, saves states, and survives the engine's death.

import type { RunProgress } from '../../contract/commands.ts';
import type { BeginRequest, EngineProgressReport, StepReply } from '../../contract/engine.ts';
import { shareDone } from '../../../projects/format/closing-work.ts';
import type { ErrorCode } from '../../../projects/format/errors.ts';
import { sentenceOfReport } from '../../../projects/format/refinement.ts';
import { errorOf, type StudioError } from '../../../projects/format/result.ts';
import type { Frame, PhotoId, Run } from '../../../projects/format/scene.ts';
import type { ProjectStore } from '../../../projects/store/project-store.ts';
import type { Emitter } from '../emitter.ts';
import { EngineGone } from '../engine-client.ts';
import { EngineRun } from './engine-run.ts';
import type { EngineSlot } from './engine-slot.ts';
import { Mishaps, problemOf, type Activity } from './mishaps.ts';
import { progressOf, restingStage, type Ending } from './progress.ts';
import { RunQueue, type QueueInput } from './queue.ts';
import { isRefined, refineRun } from '../refine/refine-run.ts';
import { RunRecorder } from './recorder.ts';
import { RunPhotos } from './run-photos.ts';
import { Revisits } from './revisits.ts';
import { StateKeeper, stepsBetweenStates } from './state-keeper.ts';
import { UsageMeter } from './usage.ts';

export interface RunLoopOptions {
  run: Run;
  store: ProjectStore;
  emitter: Emitter;
  engines: EngineSlot;
  /** Folders of the project and of the method. */
  places: Pick<BeginRequest, 'packFolder' | 'depthPackFolder' | 'cacheFolder' | 'chunksFolder'>;
  /** Photos in the user's order and what is excluded, as they are now. */
  queueInput(): Omit<QueueInput, 'maxFrames'>;
}

export class RunLoop {
  readonly #o: RunLoopOptions;
  readonly #queue = new RunQueue();
  readonly #mishaps = new Mishaps();
  readonly #recorder: RunRecorder;
  readonly #photos: RunPhotos;
  readonly #states: StateKeeper;
  readonly #revisits: Revisits;
  readonly #usage = new UsageMeter();
  #run: Run;
  #engineRun: EngineRun | null = null;
  #activity: Activity = { kind: 'begin' };
  #wish: 'pause' | 'cancel' | null = null;
  #settled = false;
  #refined = false;
  #stage = 'Starting';
  #fraction: number | null = null;
  #provider = '';
  /** Resolves when the run rests: paused, done, failed or cancelled. Never rejects. */
  readonly finished: Promise<void>;

  constructor(options: RunLoopOptions) {
    this.#o = options;
    this.#run = options.run;
    this.#recorder = new RunRecorder(options.store, options.emitter, options.run.id);
    this.#photos = new RunPhotos(options, this.#recorder.frames);
    this.#states = new StateKeeper(options.store, options.emitter, options.run.id);
    const excluded = (): ReadonlySet<PhotoId> => options.queueInput().excludedPhotoIds;
    this.#revisits = new Revisits(options.store, options.run, this.#recorder.frames, excluded);
    // On the next turn, so that the answer to the command comes before the first event.
    this.finished = Promise.resolve().then(() => this.#drive());
  }

  get run(): Run {
    return this.#run;
  }

  get active(): boolean {
    return this.#run.status === 'running';
  }

  /** Finishes the photo at hand, saves the state, and rests. */
  pause(): void {
    this.#wish ??= 'pause';
    this.#tell(this.#stage, this.#fraction);
  }

  /** Stops at once; what is recorded stays. */
  cancel(): void {
    this.#wish = 'cancel';
    this.#o.engines.end();
  }

  retry(photoIds: readonly PhotoId[]): void {
    this.#queue.retry(photoIds);
  }

  progress(): RunProgress {
    const met = { done: this.#recorder.frames.size, total: this.#photos.ids().length };
    return progressOf(this.#run, this.#usage.snapshot(), {
      ...(this.#revisits.counts() ?? met),
      provider: this.#provider,
      stage: this.#wish === 'pause' && this.active ? 'Pausing after this photo' : this.#stage,
      fraction: this.#fraction,
      msPerPhoto: this.#usage.msPerPhoto,
      closingMsLeft: this.#usage.closingMsLeft,
      rssMb: this.#usage.rssMb,
      points: this.#recorder.points,
    });
  }

  async #drive(): Promise<void> {
    let ending: Ending | null = null;
    while (!ending) {
      try {
        this.#engineRun ??= await this.#begin();
        ending = await this.#advance(this.#engineRun);
      } catch (error) {
        try {
          ending = await this.#afterMishap(error);
        } catch (second) {
          ending = this.#stop('failed', errorOf(second));
        }
      }
    }
    this.#settleStatus(ending);
  }

  async #begin(): Promise<EngineRun> {
    this.#activity = { kind: 'begin' };
    this.#tell('Preparing the method');
    const { modelId, settings } = this.#run;
    const engineRun = await EngineRun.begin(
      this.#o.engines.get(),
      this.#states,
      { ...this.#o.places, modelId, settings, photos: this.#photos.forEngine() },
      this.#report,
    );
    this.#mishaps.succeeded(this.#activity);
    this.#provider = engineRun.provider;
    this.#queue.replay(this.#o.store.meetings.from(this.#run.id, engineRun.stepIdx));
    return engineRun;
  }

  /** Works until the run rests. */
  async #advance(engineRun: EngineRun): Promise<Ending> {
    for (;;) {
      if (this.#wish === 'cancel') return { status: 'cancelled', message: null };
      const pending = this.#queue.pending(this.#photos.queueInput(), this.#recorder.frames);
      if (pending.length === 0 && this.#wish !== 'pause' && this.#revisits.due) {
        // A crash in the second pass must not repeat photos of the first.
        await this.#save(engineRun);
        this.#revisits.begin(engineRun.stepIdx);
      }
      const [again, next] = this.#revisits.pending();
      const nothingLeft = pending.length === 0 && !again && this.#settled && this.#refined;
      if (this.#wish === 'pause' || nothingLeft) {
        await this.#save(engineRun);
        return { status: this.#wish === 'pause' ? 'paused' : 'done', message: null };
      }
      if (pending.length > 0) await this.#meet(engineRun, pending[0], pending[1] ?? null);
      else if (again) await this.#meet(engineRun, again.photoId, next?.photoId ?? null, again);
      else if (!this.#settled) await this.#settle(engineRun);
      else await this.#refine();
    }
  }

  /** @param again the placed frame of a photo that is met once more; the answer replaces what was believed at first */
  async #meet(engineRun: EngineRun, photoId: PhotoId, next: PhotoId | null, again: Frame | null = null): Promise<void> {
    const update = again === null || this.#revisits.updating;
    this.#activity = { kind: 'photo', photoId };
    this.#settled = this.#refined = false;
    this.#usage.closes(null);
    this.#revisits.meets(photoId, again);
    this.#tell(again ? this.#revisits.stage : `Meeting photo ${engineRun.stepIdx + 1}`);
    await engineRun.introduce(this.#photos.forEngine());
    const startedAtMs = performance.now();
    const first = this.#recorder.firstBelief(photoId, again !== null);
    const meeting = { photoId, nextPhotoId: next, update, earlierChunkId: first?.points.id ?? null };
    const reply = await engineRun.meet(meeting, this.#report);
    // A photo that was only looked at keeps its step: it did not make the state.
    this.#recorder.record(reply, update ? photoId : null, first);
    this.#recorded(reply, update ? photoId : null, performance.now() - startedAtMs);
    if (again) this.#revisits.met(again);
    if (update && engineRun.stepIdx % stepsBetweenStates === 0) await this.#save(engineRun);
  }

  async #settle(engineRun: EngineRun): Promise<void> {
    this.#activity = { kind: 'settle' };
    if (!this.#usage.closing) this.#tell('Adjusting all cameras');
    const reply = await engineRun.settle(this.#report);
    this.#settled = reply.settled;
    this.#recorder.record(reply, null, null);
    this.#usage.closes(reply.next);
    this.#recorded(reply, null, null);
  }

  /** Tried once: without it the run is as good as before. The built-in method has adjusted its cameras itself. */
  async #refine(): Promise<void> {
    this.#refined = true;
    const { store, emitter, engines, places } = this.#o;
    if (!this.#run.settings.refine || places.packFolder === null || isRefined(store, this.#run.id)) return;
    this.#activity = { kind: 'settle' };
    const outcome = await refineRun(store, emitter, engines.get(), this.#run.id, this.#report);
    this.#recorder.moved(outcome.frames);
    for (const report of outcome.reports) this.#notice('info', null, sentenceOfReport(report));
  }

  #recorded(reply: StepReply, shownPhotoId: PhotoId | null, durationMs: number | null): void {
    this.#mishaps.succeeded(this.#activity);
    if (shownPhotoId !== null) this.#queue.met(shownPhotoId);
    this.#usage.add(reply, durationMs);
    if (reply.chunks.length > 0) this.#usage.pointsArrived();
    for (const sentence of reply.notices) this.#notice('info', null, sentence);
    this.#tell(reply.next?.stage ?? this.#stage, reply.next && shareDone(reply.next));
  }

  async #save(engineRun: EngineRun): Promise<void> {
    this.#activity = { kind: 'save' };
    await engineRun.save();
    this.#mishaps.succeeded(this.#activity);
  }

  /** Says what happened and prepares going on; null: go on, otherwise how the run ends. */
  async #afterMishap(error: unknown): Promise<Ending | null> {
    if (this.#wish === 'cancel') return { status: 'cancelled', message: null };
    const activity = this.#activity;
    const problem = problemOf(error);
    const verdict = this.#mishaps.judge(activity, error);
    if (verdict === 'pause') return this.#stop('paused', problem);
    if (verdict === 'fail-run') return this.#stop('failed', problem);
    if (activity.kind === 'photo' && verdict === 'fail-photo') {
      this.#failPhoto(activity.photoId, problem.code, problem.sentence);
      return null;
    }
    // From here on the engine begins again: its state may be ahead of the rows, or it is gone.
    this.#o.engines.end();
    const stepIdx = this.#engineRun?.stepIdx ?? 0;
    this.#engineRun = null;
    if (verdict === 'drop-state') {
      const state = this.#states.newest();
      if (state) await this.#states.drop([state]);
      this.#notice('warning', problem.code, `${problem.sentence} The run goes on from an earlier one.`);
    } else if (activity.kind === 'photo' && verdict === 'fail-photo-and-restart') {
      const name = this.#o.store.photos.byId(activity.photoId)?.name ?? activity.photoId;
      const sentence = `${name} was left out because it stopped the reconstruction twice.`;
      this.#failPhoto(activity.photoId, null, sentence, stepIdx);
    } else if (verdict === 'skip-settling') {
      this.#settled = true;
      this.#notice('warning', problem.code, `The closing adjustment was left out. ${problem.sentence}`);
    } else {
      const gone = error instanceof EngineGone;
      const what = gone ? 'The reconstruction process ended unexpectedly' : problem.sentence;
      // With the code of the last failure, which takes its place when it cannot be restarted.
      this.#notice(
        'warning',
        gone ? problem.code : null,
        `${what.replace(/\.$/, '')}; the run goes on from its last saved state.`,
      );
    }
    return null;
  }

  #failPhoto(photoId: PhotoId, code: ErrorCode | null, sentence: string, stepIdx?: number): void {
    if (this.#revisits.skips(photoId)) {
      this.#notice('warning', code, `${sentence.replace(/\.$/, '')}; what was believed of it at first stays.`);
      return;
    }
    this.#revisits.leftOut(this.#recorder.recordFailure(photoId, stepIdx ?? this.#engineRun?.stepIdx ?? 0, sentence));
    this.#queue.leaveOut(photoId);
    this.#notice('warning', code, sentence);
  }

  /** The engine may be ahead of what is recorded: it does not stay warm. */
  #stop(status: 'paused' | 'failed', { code, sentence }: StudioError): Ending {
    this.#o.engines.end();
    this.#notice('error', code, sentence);
    return { status, message: sentence };
  }

  #settleStatus({ status, message }: Ending): void {
    this.#run = this.#recorder.rested({ ...this.#run, status, message });
    this.#o.emitter.emit('run.changed', { run: this.#run });
    this.#tell(restingStage[status]);
  }

  #notice(level: 'info' | 'warning' | 'error', code: ErrorCode | null, sentence: string): void {
    this.#o.emitter.emit('notice', { level, place: 'run', code, sentence });
  }

  readonly #report = ({ stage, fraction }: EngineProgressReport): void => this.#tell(stage, fraction);

  #tell(stage: string, fraction: number | null = null): void {
    this.#stage = stage;
    this.#fraction = fraction;
    this.#o.emitter.emit('run.progress', this.progress());
  }
}
