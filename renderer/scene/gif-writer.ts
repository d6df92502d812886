// Animated GIF, for places that play nothing else: one palette for the whole film, made in a worker that ends with it.

import type { FilmShape, FilmWriter } from './film-writer.ts';
import type { GifAnswer, GifRequest } from './gif-worker.ts';

/** The palette is chosen from all pictures, so all of them wait in memory, four bytes a pixel. */
const mostBytes = 768 * 2 ** 20;

/** @throws Error with a sentence when the film would not fit into memory */
export async function gifWriter({ widthPx, heightPx, framesPerSecond, seconds }: FilmShape): Promise<FilmWriter> {
  const bytes = 4 * widthPx * heightPx * Math.ceil(seconds * framesPerSecond);
  if (bytes > mostBytes)
    throw new Error(
      `A GIF of ${seconds.toFixed(1)} s at ${widthPx} × ${heightPx} needs ${Math.ceil(bytes / 2 ** 20)} MB of memory; choose a smaller size, or MP4.`,
    );
  const worker = new Worker(new URL('./gif-worker.ts', import.meta.url), { type: 'module' });
  const delayMs = 1000 / framesPerSecond;
  const copy = new OffscreenCanvas(widthPx, heightPx).getContext('2d', { willReadFrequently: true });
  if (!copy) throw new Error('The browser made no picture.');
  const ask = (request: GifRequest, transfer: Transferable[], signal?: AbortSignal): Promise<ArrayBuffer | null> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.onerror = ({ message }) => reject(new Error(`The GIF could not be written: ${message}`));
      worker.onmessage = ({ data }: MessageEvent<GifAnswer>) =>
        'problem' in data ? reject(new Error(`The GIF could not be written: ${data.problem}`)) : resolve(data.file);
      worker.postMessage(request, transfer);
    });
  return {
    async add(canvas) {
      copy.drawImage(canvas, 0, 0);
      const { buffer } = copy.getImageData(0, 0, widthPx, heightPx).data;
      await ask({ kind: 'frame', widthPx, heightPx, delayMs, rgba: buffer }, [buffer]);
    },
    async finish(signal) {
      const file = await ask({ kind: 'finish' }, [], signal);
      worker.terminate();
      return new Blob([file ?? new ArrayBuffer(0)], { type: 'image/gif' });
    },
    cancel: () => Promise.resolve(worker.terminate()),
  };
}
