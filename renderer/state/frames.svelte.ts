// What the newest run knows of each photo: frames with poses, their point chunks, and saved states. Bytes are not here.

import type { ChunkId, Frame, FrameId, PhotoId, PointChunk, Run, SavedState } from '../../projects/format/scene.ts';

export class FramesState {
  private byId = $state.raw<ReadonlyMap<FrameId, Frame>>(new Map());
  private chunkRows = $state.raw<ReadonlyMap<ChunkId, PointChunk>>(new Map());
  saved = $state.raw<readonly SavedState[]>([]);

  readonly all: readonly Frame[] = $derived([...this.byId.values()]);
  readonly placed: readonly Frame[] = $derived(this.all.filter((frame) => frame.worldFromCamera !== null));
  readonly chunks: readonly PointChunk[] = $derived([...this.chunkRows.values()]);
  readonly byPhoto: ReadonlyMap<PhotoId, Frame> = $derived(new Map(this.all.map((frame) => [frame.photoId, frame])));
  readonly pointCount: number = $derived(this.chunks.reduce((sum, { count }) => sum + count, 0));

  get(id: FrameId): Frame | null {
    return this.byId.get(id) ?? null;
  }

  reset(frames: readonly Frame[], chunks: readonly PointChunk[], states: readonly SavedState[]): void {
    this.byId = new Map(frames.map((frame) => [frame.id, frame]));
    this.chunkRows = new Map(chunks.map((chunk) => [chunk.id, chunk]));
    this.saved = states;
  }

  change(frames: readonly Frame[], newestRunId: string | null): void {
    const byId = new Map(this.byId);
    for (const frame of frames) if (frame.runId === newestRunId) byId.set(frame.id, frame);
    this.byId = byId;
  }

  addChunks(chunks: readonly PointChunk[], replaced: readonly ChunkId[]): void {
    const rows = new Map(this.chunkRows);
    for (const id of replaced) rows.delete(id);
    // A chunk of an older run may still arrive after a new run has begun.
    for (const chunk of chunks) if (this.byId.has(chunk.frameId)) rows.set(chunk.id, chunk);
    this.chunkRows = rows;
  }

  addSaved(state: SavedState): void {
    this.saved = [...this.saved.filter(({ stepIdx }) => stepIdx !== state.stepIdx), state];
  }

  /** A new run begins with an empty scene. */
  startRun(run: Run): void {
    const ofRun = this.all.filter(({ runId }) => runId === run.id);
    const frameIds = new Set(ofRun.map(({ id }) => id));
    this.reset(
      ofRun,
      this.chunks.filter(({ frameId }) => frameIds.has(frameId)),
      this.saved.filter(({ runId }) => runId === run.id),
    );
  }
}
