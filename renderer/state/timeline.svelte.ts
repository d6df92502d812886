// The point of time the user looks at: an index into the photos in their order, and playing through them.

import type { FramesState } from './frames.svelte.ts';
import type { PhotosState } from './photos.svelte.ts';
import type { ViewState } from './view.svelte.ts';

export const playRates = [1, 2, 5, 10, 30] as const;

export class TimelineState {
  private readonly photos: PhotosState;
  private readonly view: ViewState;
  private readonly frames: FramesState;
  /** null follows the photo that was met last. */
  private chosenIdx = $state<number | null>(null);
  playing = $state(false);
  loop = $state(true);
  photosPerSecond = $state<number>(5);

  constructor(photos: PhotosState, frames: FramesState, view: ViewState) {
    this.photos = photos;
    this.frames = frames;
    this.view = view;
  }

  readonly count: number = $derived.by(() => this.photos.ordered.length);
  /** The last photo in order that has been met; the last of all before a run. */
  private readonly newestIdx: number = $derived.by(() => {
    const met = this.photos.ordered.findLastIndex(({ id }) => this.frames.byPhoto.has(id));
    return met >= 0 ? met : this.count - 1;
  });
  readonly idx: number = $derived(Math.max(0, Math.min(this.chosenIdx ?? this.newestIdx, this.count - 1)));

  go(idx: number): void {
    this.chosenIdx = Math.max(0, Math.min(idx, this.count - 1));
  }

  /** Steps by whole photos; wraps round only when `loop` is on. Returns false at the end. */
  step(by: number): boolean {
    const next = this.idx + by;
    if (next >= 0 && next < this.count) this.go(next);
    else if (this.loop && this.count > 0) this.go((next + this.count) % this.count);
    else return false;
    return true;
  }

  /** Playing shows time passing, so a filter that shows everything gives way to "up to now". */
  togglePlay(): void {
    this.playing = !this.playing && this.count > 1;
    if (!this.playing) return;
    if (this.view.frameFilter === 'all') this.view.frameFilter = 'upto';
    if (!this.loop && this.idx === this.count - 1) this.go(0);
  }

  reset(): void {
    this.chosenIdx = null;
    this.playing = false;
  }
}
