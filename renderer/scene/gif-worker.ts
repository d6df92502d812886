// The work behind a GIF, beside the page: pictures come in one by one, the file goes out.

import { Encoder } from 'modern-gif';

export type GifRequest =
  { kind: 'frame'; widthPx: number; heightPx: number; delayMs: number; rgba: ArrayBuffer } | { kind: 'finish' };
/** `file` is null while pictures are taken. */
export type GifAnswer = { file: ArrayBuffer | null } | { problem: string };

let encoder: Encoder | null = null;

async function answer(request: GifRequest): Promise<GifAnswer> {
  if (request.kind === 'finish') return { file: (await encoder?.flush('arrayBuffer')) ?? null };
  const { widthPx: width, heightPx: height, delayMs, rgba } = request;
  encoder ??= new Encoder({ width, height, looped: true });
  await encoder.encode({ data: new Uint8ClampedArray(rgba), delay: delayMs });
  return { file: null };
}

self.onmessage = async ({ data }: MessageEvent<GifRequest>) => {
  const said = await answer(data).catch((error: unknown): GifAnswer => ({ problem: String(error) }));
  self.postMessage(said, { transfer: 'file' in said && said.file ? [said.file] : [] });
};
