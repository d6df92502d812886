// Splat chunks of the newest run, and how far their making is. Bytes are not here.

import type { ChunkId, GaussianChunk } from '../../projects/format/scene.ts';

export class SplatsState {
  chunks = $state.raw<readonly GaussianChunk[]>([]);
  /** Frames whose splats are made, of those that lacked them; null while none are made. */
  progress = $state.raw<{ done: number; total: number } | null>(null);
  readonly count: number = $derived(this.chunks.reduce((sum, { count }) => sum + count, 0));

  reset(chunks: readonly GaussianChunk[]): void {
    this.chunks = chunks;
    this.progress = null;
  }

  add(chunks: readonly GaussianChunk[], replaced: readonly ChunkId[]): void {
    this.chunks = [...this.chunks.filter(({ id }) => !replaced.includes(id)), ...chunks];
  }

  /** Splats go with the points they were made from. */
  pointsReplaced(ids: readonly ChunkId[]): void {
    if (ids.length > 0) this.chunks = this.chunks.filter(({ sourceChunkId }) => !ids.includes(sourceChunkId));
  }

  report(progress: { done: number; total: number }): void {
    this.progress = progress.done < progress.total ? progress : null;
  }
}
