// The question that is asked: its words, its answer, and how the answer is shown.

import type { AnswerInstance, AskReply } from '../../electron/contract/scene-requests.ts';
import type { StudioApi } from '../../electron/contract/studio-api.ts';
import type { FrameId } from '../../projects/format/scene.ts';
import type { StudioError } from '../../projects/format/result.ts';
import { answerBytes, type SplatBytes } from './answer-bytes.ts';
import type { SplatsState } from './splats.svelte.ts';

export const askViews = ['photo', 'heat', 'mask', 'instances', 'labels', 'features'] as const;
export type AskView = (typeof askViews)[number];

export class AskState {
  text = $state('');
  view = $state<AskView>('heat');
  threshold = $state(0.5);
  notThis = $state.raw<readonly { frameId: FrameId; splatIdx: number }[]>([]);
  history = $state.raw<readonly string[]>([]);
  reply = $state.raw<AskReply | null>(null);
  /** Question that `reply` answers. */
  asked = $state('');
  /** The question was about space, and geometry answered it (`MeasureState`); empty for other questions. */
  aboutSpace = $state('');
  scores = $state.raw<SplatBytes>(new Map());
  /** Three bytes a splat. */
  features = $state.raw<SplatBytes>(new Map());
  busy = $state(false);
  problem = $state.raw<StudioError | null>(null);
  /** From Enter to the scores in the page. */
  ms = $state<number | null>(null);
  selected = $state.raw<AnswerInstance | null>(null);
  readonly #api: StudioApi;
  readonly #splats: SplatsState;
  readonly #askSpace: (text: string, threshold: number) => Promise<void>;
  #turn = 0;

  /** @param askSpace answers questions that turn out to be about space */
  constructor(
    api: StudioApi,
    splats: SplatsState,
    askSpace: (text: string, threshold: number) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#api = api;
    this.#splats = splats;
    this.#askSpace = askSpace;
  }

  /** Splats at or above the threshold, told by the histogram while it is dragged. */
  readonly hits: number = $derived.by(() => {
    const from = Math.round(this.threshold * 64);
    return this.reply?.histogram.reduce((sum, count, bin) => (bin >= from ? sum + count : sum), 0) ?? 0;
  });

  reset(history: readonly string[]): void {
    this.history = history;
    this.text = '';
    this.view = 'heat';
    this.clear();
  }

  clear(): void {
    this.#turn++;
    this.reply = null;
    this.asked = '';
    this.aboutSpace = '';
    this.notThis = [];
    this.scores = new Map();
    this.problem = null;
    this.selected = null;
    this.busy = false;
    this.features = new Map();
  }

  /** A question of the user's: its answer is shown. */
  async ask(text: string): Promise<void> {
    if (text.trim() === '') return this.clear();
    if (text !== this.asked) this.notThis = [];
    this.text = text;
    this.selected = null;
    this.aboutSpace = '';
    const isAnswered = await this.#answer(text);
    if (!isAnswered && this.problem?.code !== 'question-about-space') return;
    this.history = [text, ...this.history.filter((old) => old !== text)];
    if (!isAnswered) return this.#answerSpace(text);
    if (this.view === 'photo' || this.view === 'labels' || this.view === 'features') this.view = 'heat';
  }

  /** Geometry answers; what words found before is gone, and the scene shows its own colours under the marks. */
  async #answerSpace(text: string): Promise<void> {
    this.problem = null;
    this.asked = '';
    this.aboutSpace = text;
    this.view = 'photo';
    await this.#askSpace(text, this.threshold);
  }

  /** The same question once more, shown as it is: the threshold, the splats or what is hidden have changed. */
  async refresh(): Promise<void> {
    const { asked, selected } = this;
    if (asked !== '' && (await this.#answer(asked)))
      this.selected = this.reply?.instances.find(({ label }) => label === selected?.label) ?? null;
  }

  async addNotThis(splat: { frameId: FrameId; splatIdx: number }): Promise<void> {
    this.notThis = [...this.notThis, splat];
    await this.refresh();
  }

  async showFeatures(): Promise<void> {
    this.view = 'features';
    await this.refreshFeatures();
  }

  async refreshFeatures(): Promise<void> {
    const result = await this.#api.invoke('scene.features', null);
    if (result.ok)
      this.features = await answerBytes(
        this.#api,
        result.value.colorsId,
        result.value.chunkIds,
        this.#splats.chunks,
        3,
      );
    else this.problem = result.error;
  }

  /** @returns false after an error, and when a newer question was asked meanwhile */
  async #answer(text: string): Promise<boolean> {
    const turn = ++this.#turn;
    const startMs = performance.now();
    this.busy = true;
    this.problem = null;
    const question = { text, threshold: this.threshold, notThis: [...this.notThis] };
    const result = await this.#api.invoke('scene.ask', question);
    const scores: SplatBytes = result.ok
      ? await answerBytes(this.#api, result.value.scoresId, result.value.chunkIds, this.#splats.chunks)
      : new Map();
    if (turn !== this.#turn) return false;
    this.busy = false;
    this.scores = scores;
    this.reply = result.ok ? result.value : null;
    if (!result.ok) this.problem = result.error;
    else {
      this.asked = text;
      this.ms = performance.now() - startMs;
    }
    return result.ok;
  }
}
