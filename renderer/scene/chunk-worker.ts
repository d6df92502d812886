// Worker: fetches a chunk by its address, reads it and packs it for the GPU, so that the main thread only hands bytes on.

import { decodePointChunk } from '../../projects/format/point-chunk.ts';
import { packPoints, type PackedChunk } from './packed-points.ts';

export interface ChunkRequest {
  chunkId: string;
  url: string;
  keep: number;
}

export type ChunkReply = { chunkId: string; packed: PackedChunk } | { chunkId: string; problem: string };

const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<ChunkRequest>) => void;
  postMessage(reply: ChunkReply, transfer: Transferable[]): void;
};

scope.onmessage = async ({ data: { chunkId, url, keep } }) => {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`The host answered ${response.status}.`);
    const packed = packPoints(decodePointChunk(new Uint8Array(await response.arrayBuffer())), keep);
    const buffers = packed.slices.flatMap(({ positions, colors, extras }) => [
      positions.buffer,
      colors.buffer,
      extras.buffer,
    ]);
    scope.postMessage({ chunkId, packed }, [packed.sample.buffer, ...buffers]);
  } catch (error) {
    scope.postMessage({ chunkId, problem: error instanceof Error ? error.message : String(error) }, []);
  }
};
