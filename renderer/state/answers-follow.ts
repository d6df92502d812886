// What is shown of the splats follows them and the edits: questions, a label set and the features are asked again when splats come, go or
// are hidden, and when the scale or the up direction changes.

import type { AskState } from './ask.svelte.ts';
import type { LabelsState } from './labels.svelte.ts';
import type { MeasureState } from './measure.svelte.ts';

/** Splats come photo by photo, edits one by one: so long nothing may change before the scene is asked again. */
const quietMs = 700;
/** While splats keep coming, the answer is at most this old. */
const longestMs = 4000;

export class AnswersFollow {
  readonly #ask: AskState;
  readonly #labels: LabelsState;
  readonly #measure: MeasureState;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sinceMs: number | null = null;

  constructor(ask: AskState, labels: LabelsState, measure: MeasureState) {
    this.#ask = ask;
    this.#labels = labels;
    this.#measure = measure;
  }

  /** Other splats than before are there. */
  changed(): void {
    this.#sinceMs ??= performance.now();
    if (this.#timer) clearTimeout(this.#timer);
    const leftMs = longestMs - (performance.now() - this.#sinceMs);
    this.#timer = setTimeout(() => void this.now(), Math.max(0, Math.min(quietMs, leftMs)));
  }

  /** Asks what is on the screen again; what is not is forgotten, and asked when it is wanted. */
  async now(): Promise<void> {
    this.forget();
    const ask = this.#ask;
    await Promise.all([ask.refresh(), this.#measure.refresh()]);
    if (ask.view === 'labels' && this.#labels.isShown) await this.#labels.refresh();
    else this.#labels.clear();
    if (ask.view === 'features' && ask.features.size > 0) await ask.refreshFeatures();
    else ask.features = new Map();
  }

  /** Another project: nothing is waited for. */
  forget(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#sinceMs = null;
  }
}
