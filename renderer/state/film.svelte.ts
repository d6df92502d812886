// Films of the camera path and pictures of the present view: what is asked for, how far it is, where it went.

import type { WrittenFile } from '../../electron/contract/written-file.ts';
import { resized } from '../../projects/format/intrinsics.ts';
import type { PathState } from './path.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';
import type { FilmRequest, ViewportPort } from './viewport-port.ts';

export const pictureKinds = ['color', 'depth', 'labels'] as const;
export type PictureKind = (typeof pictureKinds)[number];

export const usualSizes = [
  [640, 360],
  [1280, 720],
  [1920, 1080],
  [3840, 2160],
] as const;

/** GIF counts in hundredths of a second, and players slow down what is shorter than two. */
const gifFramesPerSecond = 20;

const leastPx = 16;
const mostPx = 8192;

export class FilmState {
  widthPx = $state(1280);
  heightPx = $state(720);
  format = $state<FilmRequest['format']>('mp4');
  kind = $state<PictureKind>('color');
  /** 0…1 while a film is written; null otherwise. */
  share = $state<number | null>(null);
  /** A map is being drawn by the host. */
  drawing = $state(false);
  problem = $state('');
  /** Where the last map went. */
  written = $state.raw<WrittenFile | null>(null);
  private abort: AbortController | null = null;
  private readonly path: PathState;
  private readonly calls: StudioCalls;

  constructor(calls: StudioCalls, path: PathState) {
    this.calls = calls;
    this.path = path;
  }

  reset(): void {
    this.abort?.abort();
    this.problem = '';
    this.written = null;
  }

  setSize(widthPx: number, heightPx: number): void {
    const whole = (px: number, before: number): number =>
      Number.isFinite(px) ? Math.max(leastPx, Math.min(mostPx, Math.round(px))) : before;
    this.widthPx = whole(widthPx, this.widthPx);
    this.heightPx = whole(heightPx, this.heightPx);
  }

  /** @returns the film; null after an error and when it was cancelled */
  async record(viewport: ViewportPort): Promise<Blob | null> {
    const abort = new AbortController();
    this.abort = abort;
    this.problem = '';
    this.share = 0;
    // Encoders take colour for two pixels together: sides are even.
    const [widthPx, heightPx] = [this.widthPx & ~1, this.heightPx & ~1];
    try {
      return await viewport.record({
        viewAt: (seconds) => this.path.viewAt(seconds) ?? viewport.viewNow(),
        seconds: this.path.seconds,
        framesPerSecond: this.format === 'gif' ? gifFramesPerSecond : 30,
        widthPx,
        heightPx,
        format: this.format,
        onProgress: (share) => (this.share = share),
        signal: abort.signal,
      });
    } catch (error) {
      if (!abort.signal.aborted) this.problem = sentenceOf(error);
      return null;
    } finally {
      this.share = null;
      this.abort = null;
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  /** The present view in colours. @returns null after an error */
  async still(viewport: ViewportPort): Promise<Blob | null> {
    this.problem = '';
    try {
      return await viewport.still(viewport.viewNow(), this.widthPx, this.heightPx);
    } catch (error) {
      this.problem = sentenceOf(error);
      return null;
    }
  }

  /** Depth or labels of the present view, drawn from the splats by the host. */
  async map(viewport: ViewportPort, kind: Exclude<PictureKind, 'color'>): Promise<void> {
    this.problem = '';
    this.written = null;
    this.drawing = true;
    const { worldFromCamera, intrinsics } = viewport.viewNow();
    // The whole height of the view is in the picture, as in a picture in colours.
    const scale = this.heightPx / intrinsics.heightPx;
    const fitted = resized(intrinsics, Math.round(intrinsics.widthPx * scale), this.heightPx);
    const shift = (this.widthPx - fitted.widthPx) / 2;
    const camera = { ...fitted, widthPx: this.widthPx, cxPx: fitted.cxPx + shift };
    const input = { worldFromCamera, intrinsics: camera, kind, path: null };
    this.written = await this.calls.ask('scene.render', input, 'project');
    this.drawing = false;
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
