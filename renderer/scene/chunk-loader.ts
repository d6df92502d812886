// Fetches chunks in the order the layer prefers, a few at a time, through a worker.

import type { ChunkId } from '../../projects/format/scene.ts';
import type { ChunkReply, ChunkRequest } from './chunk-worker.ts';
import type { PackedChunk } from './packed-points.ts';

/** The first chunk comes alone, so that something is seen as soon as can be; then several at a time. */
const mostUnderWay = { first: 1, later: 3 } as const;

export interface ChunkLoaderOptions {
  urlOf(id: ChunkId): string;
  /** The most wanted chunk that is not loaded yet; null when nothing is wanted now. */
  next(underWay: ReadonlySet<ChunkId>): { id: ChunkId; keep: number } | null;
  onLoaded(id: ChunkId, packed: PackedChunk): void;
  onFailed(id: ChunkId, reason: string): void;
}

export class ChunkLoader {
  private readonly options: ChunkLoaderOptions;
  private readonly worker = new Worker(new URL('./chunk-worker.ts', import.meta.url), { type: 'module' });
  private readonly underWay = new Set<ChunkId>();
  private hasLoaded = false;

  constructor(options: ChunkLoaderOptions) {
    this.options = options;
    this.worker.onmessage = ({ data }: MessageEvent<ChunkReply>) => this.receive(data);
  }

  /** Asks for more where there is room; call whenever what is wanted may have changed. */
  pump(): void {
    while (this.underWay.size < mostUnderWay[this.hasLoaded ? 'later' : 'first']) {
      const wanted = this.options.next(this.underWay);
      if (!wanted) return;
      this.underWay.add(wanted.id);
      const request: ChunkRequest = { chunkId: wanted.id, url: this.options.urlOf(wanted.id), keep: wanted.keep };
      this.worker.postMessage(request);
    }
  }

  private receive(reply: ChunkReply): void {
    this.underWay.delete(reply.chunkId);
    this.hasLoaded = true;
    if ('packed' in reply) this.options.onLoaded(reply.chunkId, reply.packed);
    else this.options.onFailed(reply.chunkId, reply.problem);
    this.pump();
  }

  dispose(): void {
    this.worker.terminate();
  }
}
