// Answers about splats come as one file of bytes, frame after frame: fetched and cut into its chunks.

import type { StudioApi } from '../../electron/contract/studio-api.ts';
import type { ChunkId, GaussianChunk } from '../../projects/format/scene.ts';

/** Bytes of the splats of each chunk. */
export type SplatBytes = ReadonlyMap<ChunkId, Uint8Array>;

/**
 * @param chunkIds order of the chunks in the file
 * @param bytesEach bytes a splat
 */
export async function answerBytes(
  api: StudioApi,
  id: ChunkId,
  chunkIds: readonly ChunkId[],
  chunks: readonly GaussianChunk[],
  bytesEach = 1,
): Promise<SplatBytes> {
  const response = await fetch(api.url('chunk', id));
  const all = new Uint8Array(response.ok ? await response.arrayBuffer() : new ArrayBuffer(0));
  const counts = new Map(chunks.map((chunk) => [chunk.id, chunk.count]));
  const parts = new Map<ChunkId, Uint8Array>();
  let at = 0;
  for (const chunkId of chunkIds) {
    const count = bytesEach * (counts.get(chunkId) ?? 0);
    parts.set(chunkId, all.subarray(at, at + count));
    at += count;
  }
  return parts;
}
