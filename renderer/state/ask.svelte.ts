// The question that is asked: its words, its answer, and how the answer is shown.

import type { AnswerInstance, AskReply, LabelReply } from '../../electron/contract/scene-requests.ts';
import type { StudioApi } from '../../electron/contract/studio-api.ts';
import type { ChunkId, FrameId } from '../../projects/format/scene.ts';
import type { StudioError } from '../../projects/format/result.ts';
import type { SplatsState } from './splats.svelte.ts';

export const askViews = ['photo', 'heat', 'mask', 'instances', 'labels', 'features'] as const;
export type AskView = (typeof askViews)[number];

/** One byte a splat, by chunk. */
export type SplatBytes = ReadonlyMap<ChunkId, Uint8Array>;

export class AskState {
  text = $state('');
  view = $state<AskView>('heat');
  threshold = $state(0.5);
  /** A splat whose best label scores lower is none of them. */
  labelWords = $state.raw<readonly string[]>(['floor', 'wall', 'tabletop', 'ceiling']);
  notThis = $state.raw<readonly { frameId: FrameId; splatIdx: number }[]>([]);
  history = $state.raw<readonly string[]>([]);
  reply = $state.raw<AskReply | null>(null);
  /** Question that `reply` answers. */
  asked = $state('');
  scores = $state.raw<SplatBytes>(new Map());
  labelReply = $state.raw<LabelReply | null>(null);
  labels = $state.raw<SplatBytes>(new Map());
  /** Three bytes a splat. */
  features = $state.raw<SplatBytes>(new Map());
  busy = $state(false);
  problem = $state.raw<StudioError | null>(null);
  /** From Enter to the scores in the page. */
  ms = $state<number | null>(null);
  selected = $state.raw<AnswerInstance | null>(null);
  readonly #api: StudioApi;
  readonly #splats: SplatsState;
  #turn = 0;

  constructor(api: StudioApi, splats: SplatsState) {
    this.#api = api;
    this.#splats = splats;
  }

  /** Splats at or above the threshold, told by the histogram while it is dragged. */
  readonly hits: number = $derived.by(() => {
    const from = Math.round(this.threshold * 64);
    return this.reply?.histogram.reduce((sum, count, bin) => (bin >= from ? sum + count : sum), 0) ?? 0;
  });

  reset(history: readonly string[]): void {
    this.history = history;
    this.text = '';
    this.clear();
  }

  clear(): void {
    this.#turn++;
    this.reply = null;
    this.asked = '';
    this.notThis = [];
    this.scores = new Map();
    this.problem = null;
    this.selected = null;
    this.busy = false;
    this.labelReply = null;
    this.labels = new Map();
    this.features = new Map();
  }

  async ask(text: string): Promise<void> {
    if (text.trim() === '') return this.clear();
    if (text !== this.asked) this.notThis = [];
    const turn = ++this.#turn;
    const startMs = performance.now();
    this.text = text;
    this.busy = true;
    this.problem = null;
    this.selected = null;
    const question = { text, threshold: this.threshold, notThis: [...this.notThis] };
    const result = await this.#api.invoke('scene.ask', question);
    const scores = result.ok ? await this.#bytes(result.value.scoresId, result.value.chunkIds) : new Map();
    // A newer question was asked meanwhile.
    if (turn !== this.#turn) return;
    this.busy = false;
    if (!result.ok) {
      this.problem = result.error;
      this.reply = null;
      this.scores = new Map();
      return;
    }
    this.reply = result.value;
    this.scores = scores;
    this.asked = text;
    this.ms = performance.now() - startMs;
    this.history = [text, ...this.history.filter((old) => old !== text)];
    if (this.view === 'photo' || this.view === 'labels' || this.view === 'features') this.view = 'heat';
  }

  /** Finds instances anew at the threshold that was dragged to. */
  async settleThreshold(): Promise<void> {
    if (this.asked !== '') await this.ask(this.asked);
  }

  async addNotThis(splat: { frameId: FrameId; splatIdx: number }): Promise<void> {
    this.notThis = [...this.notThis, splat];
    await this.ask(this.asked);
  }

  async label(words: readonly string[]): Promise<void> {
    this.labelWords = words;
    this.problem = null;
    if (words.length === 0) return;
    const result = await this.#api.invoke('scene.label', { words: [...words], reject: 0.35 });
    if (!result.ok) {
      this.problem = result.error;
      return;
    }
    this.labelReply = result.value;
    this.labels = await this.#bytes(result.value.labelsId, result.value.chunkIds);
    this.view = 'labels';
  }

  async showFeatures(): Promise<void> {
    this.view = 'features';
    const result = await this.#api.invoke('scene.features', null);
    if (result.ok) this.features = await this.#bytes(result.value.colorsId, result.value.chunkIds, 3);
    else this.problem = result.error;
  }

  /** The file of an answer, cut into its chunks. */
  async #bytes(id: ChunkId, chunkIds: readonly ChunkId[], bytesEach = 1): Promise<SplatBytes> {
    const response = await fetch(this.#api.url('chunk', id));
    const all = new Uint8Array(response.ok ? await response.arrayBuffer() : new ArrayBuffer(0));
    const counts = new Map(this.#splats.chunks.map((chunk) => [chunk.id, chunk.count]));
    const parts = new Map<ChunkId, Uint8Array>();
    let at = 0;
    for (const chunkId of chunkIds) {
      const count = bytesEach * (counts.get(chunkId) ?? 0);
      parts.set(chunkId, all.subarray(at, at + count));
      at += count;
    }
    return parts;
  }
}
