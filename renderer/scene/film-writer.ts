// Where the pictures of a film go: the closed list of formats, and one writer for each.

import { gifWriter } from './gif-writer.ts';
import { videoWriter } from './video-writer.ts';

export type FilmFormat = 'mp4' | 'webm' | 'gif';

export interface FilmShape {
  format: FilmFormat;
  widthPx: number;
  heightPx: number;
  framesPerSecond: number;
  seconds: number;
}

export interface FilmWriter {
  /** Takes what the canvas shows now as the next picture; resolves when there is room for another. */
  add(canvas: HTMLCanvasElement, frameIdx: number): Promise<void>;
  /** @throws AbortError when it is cancelled meanwhile */
  finish(signal: AbortSignal): Promise<Blob>;
  /** Gives back what the writer holds; the film is lost. */
  cancel(): Promise<void>;
}

/** @throws Error with a sentence when this browser cannot write the format at that size */
export function filmWriter(shape: FilmShape): Promise<FilmWriter> {
  return shape.format === 'gif' ? gifWriter(shape) : videoWriter(shape);
}
