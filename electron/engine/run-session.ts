// One run inside the engine: a method with its state, the photos it may meet, and where its points are written.

import type {
  BeginReply,
  BeginRequest,
  ChunkReply,
  EnginePhoto,
  EngineProgressReport,
  EngineRequests,
  StepReply,
} from '../contract/engine.ts';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioFailure } from '../../projects/format/result.ts';
import type { Reconstructor, SettleOutput, StepOutput } from '../../models/run/reconstructor.ts';
import type { DepthChange } from '../../projects/format/belief.ts';
import type { ChunkId } from '../../projects/format/scene.ts';
import { writeChunk } from './chunk-file.ts';
import { depthChange } from './depth-change.ts';
import { memoryUse } from './memory-use.ts';
import { PhotoReader } from './photo-reader.ts';
import { readState, writeState } from './state-file.ts';

/** Makes the method of a run. @throws StudioFailure model-unknown, model-damaged */
export type CreateMethod = (
  request: Pick<BeginRequest, 'modelId' | 'packFolder' | 'depthPackFolder'>,
  report: (progress: EngineProgressReport) => void,
) => Promise<Reconstructor>;

export class RunSession {
  readonly #method: Reconstructor;
  readonly #reader: PhotoReader;
  readonly #request: BeginRequest;
  #stepIdx: number;

  private constructor(method: Reconstructor, reader: PhotoReader, request: BeginRequest, stepIdx: number) {
    this.#method = method;
    this.#reader = reader;
    this.#request = request;
    this.#stepIdx = stepIdx;
  }

  /** @throws StudioFailure state-damaged, model-unknown, model-damaged */
  static async begin(
    request: BeginRequest,
    create: CreateMethod,
    report: (progress: EngineProgressReport) => void,
  ): Promise<RunSession> {
    // The small file first: a damaged state is told before a large model is loaded.
    const saved = request.statePath === null ? null : await readState(request.statePath, request.modelId);
    const method = await create(request, report);
    try {
      const reader = new PhotoReader();
      reader.add(request.photos);
      const { settings, cacheFolder } = request;
      const stepIdx = await method.begin({ settings, photos: reader.sources(), cacheFolder, saved });
      return new RunSession(method, reader, request, stepIdx);
    } catch (error) {
      await method.dispose();
      throw error;
    }
  }

  get begun(): BeginReply {
    return { stepIdx: this.#stepIdx, provider: this.#method.provider };
  }

  addPhotos(photos: readonly EnginePhoto[]): void {
    this.#reader.add(photos);
  }

  async step({
    photoId,
    nextPhotoId,
    update,
    reset,
    earlierChunkId,
  }: EngineRequests['step']['input']): Promise<StepReply> {
    const startedAtMs = performance.now();
    const photo = this.#reader.get(photoId);
    if (!photo) throw new StudioFailure('not-found', { what: 'photo' });
    // Before the method is asked, so that its state is certainly as it was.
    if (photo.isReplaced) throw new StudioFailure('photo-replaced', { name: photo.name });
    await access(photo.absolutePath).catch(() => {
      throw new StudioFailure('photo-missing', { name: photo.name });
    });
    this.#reader.readAhead(photoId, nextPhotoId);
    const output = await this.#method.step(this.#reader.source(photo), { update, reset });
    if (update) this.#stepIdx++;
    return this.#reply({ ...output, settled: false }, startedAtMs, await this.#changeSince(earlierChunkId, output));
  }

  async settle(): Promise<StepReply> {
    const startedAtMs = performance.now();
    const output = await this.#method.settle();
    return this.#reply(output, startedAtMs, null);
  }

  async save(path: string): Promise<EngineRequests['save']['output']> {
    const state = await this.#method.save();
    const bytes = await writeState({ ...state, stepIdx: this.#stepIdx }, path);
    // What is large here lies outside of V8's heap: it sees little to do, and would keep tens of megabytes of maps long done with.
    globalThis.gc?.();
    return { stepIdx: this.#stepIdx, bytes };
  }

  /** @throws StudioFailure not-found when the method has no belief about unseen views */
  async peek({ worldFromCamera, intrinsics }: EngineRequests['peek']['input']): Promise<ChunkReply> {
    const map = await this.#method.peek(worldFromCamera, intrinsics);
    if (!map) throw new StudioFailure('not-found', { what: 'belief about unseen views in this method' });
    return writeChunk(map, this.#request.cacheFolder);
  }

  dispose(): Promise<void> {
    return this.#method.dispose();
  }

  /** Only one map comes of a photo that is met again. */
  async #changeSince(earlierChunkId: ChunkId | null, { pointMaps }: StepOutput): Promise<DepthChange | null> {
    const [map] = pointMaps;
    if (earlierChunkId === null || !map) return null;
    return depthChange(join(this.#request.chunksFolder, `${earlierChunkId}.safetensors`), map);
  }

  async #reply(output: SettleOutput, startedAtMs: number, depthChange: DepthChange | null): Promise<StepReply> {
    const chunks: ChunkReply[] = [];
    for (const map of output.pointMaps) chunks.push(await writeChunk(map, this.#request.chunksFolder));
    return {
      stepIdx: this.#stepIdx,
      placed: output.placed,
      waiting: output.waiting,
      chunks,
      depthChange,
      notices: output.notices,
      settled: output.settled,
      next: output.next ?? null,
      timing: { totalMs: performance.now() - startedAtMs, modelMs: output.modelMs },
      ...memoryUse(),
    };
  }
}
