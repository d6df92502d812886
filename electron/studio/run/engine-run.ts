// One life of the engine within a run: begun from a saved state, then stepped, settled and saved until it ends or dies.

import type { BeginRequest, EnginePhoto, EngineProgressReport, StepReply } from '../../contract/engine.ts';
import type { ChunkId, PhotoId } from '../../../projects/format/scene.ts';
import type { EngineClient } from '../engine-client.ts';
import type { StateKeeper } from './state-keeper.ts';

export interface Meeting {
  photoId: PhotoId;
  /** Probably the next one. */
  nextPhotoId: PhotoId | null;
  /** false: the photo is looked at, the state stays as it is. */
  update: boolean;
  /** Points with which the answer is compared. */
  earlierChunkId: ChunkId | null;
}

type Report = (progress: EngineProgressReport) => void;

export class EngineRun {
  readonly #engine: EngineClient;
  readonly #states: StateKeeper;
  readonly #knownPhotoIds: Set<PhotoId>;
  readonly provider: string;
  /** Steps that the state holds. */
  stepIdx: number;
  /** Step of the state on disk when that is the same as the engine's; null when they differ. */
  #savedStepIdx: number | null;

  private constructor(engine: EngineClient, states: StateKeeper, photos: readonly EnginePhoto[], reply: EngineBegun) {
    this.#engine = engine;
    this.#states = states;
    this.#knownPhotoIds = new Set(photos.map(({ id }) => id));
    this.provider = reply.provider;
    this.stepIdx = reply.stepIdx;
    this.#savedStepIdx = reply.fromState ? reply.stepIdx : null;
  }

  /** @throws EngineGone, EngineRefusal (`state-damaged` when the newest state cannot be read) */
  static async begin(
    engine: EngineClient,
    states: StateKeeper,
    request: Omit<BeginRequest, 'statePath'>,
    report: Report,
  ): Promise<EngineRun> {
    const state = states.newest();
    const statePath = state && states.pathOf(state.stepIdx);
    const reply = await engine.request('begin', { ...request, statePath }, report);
    return new EngineRun(engine, states, request.photos, { ...reply, fromState: state !== null });
  }

  /** Tells the engine of photos that it has not heard of. */
  async introduce(photos: readonly EnginePhoto[]): Promise<void> {
    const news = photos.filter(({ id }) => !this.#knownPhotoIds.has(id));
    if (news.length === 0) return;
    await this.#engine.request('addPhotos', { photos: news });
    for (const { id } of news) this.#knownPhotoIds.add(id);
  }

  async meet(meeting: Meeting, report: Report): Promise<StepReply> {
    const reply = await this.#engine.request('step', { ...meeting, reset: false }, report);
    this.stepIdx = reply.stepIdx;
    if (meeting.update) this.#savedStepIdx = null;
    return reply;
  }

  async settle(report: Report): Promise<StepReply> {
    const reply = await this.#engine.request('settle', null, report);
    // What the closing work changes belongs to the state, although no step is added.
    this.#savedStepIdx = null;
    return reply;
  }

  /** Saves the state unless the one on disk is the same. */
  async save(): Promise<void> {
    if (this.stepIdx === 0 || this.#savedStepIdx === this.stepIdx) return;
    await this.#states.save(this.#engine, this.stepIdx);
    this.#savedStepIdx = this.stepIdx;
  }
}

interface EngineBegun {
  stepIdx: number;
  provider: string;
  fromState: boolean;
}
