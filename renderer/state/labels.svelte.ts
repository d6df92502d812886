// The project's label sets, the one that is shown, and which splats carry which of its words.

import type { LabelReply } from '../../electron/contract/scene-requests.ts';
import type { StudioApi } from '../../electron/contract/studio-api.ts';
import {
  chosenSet,
  distinctColors,
  usualLabelSets,
  type LabelSet,
  type LabelSets,
} from '../../projects/format/label-set.ts';
import type { StudioError } from '../../projects/format/result.ts';
import { answerBytes, type SplatBytes } from './answer-bytes.ts';
import type { AskState } from './ask.svelte.ts';
import type { SplatsState } from './splats.svelte.ts';
import type { StudioCalls } from './studio-calls.ts';

/** What the host answered, and to which words. */
interface Shown {
  key: string;
  reply: LabelReply;
  /** One byte a splat: index of its word, 255 for none. */
  bytes: SplatBytes;
}

export class LabelsState {
  all = $state.raw<LabelSets>(usualLabelSets);
  problem = $state.raw<StudioError | null>(null);
  private shown = $state.raw<Shown | null>(null);
  private turn = 0;
  private edits: Promise<void> = Promise.resolve();
  private readonly api: StudioApi;
  private readonly calls: StudioCalls;
  private readonly splats: SplatsState;
  private readonly ask: AskState;

  constructor(calls: StudioCalls, splats: SplatsState, ask: AskState) {
    this.api = calls.api;
    this.calls = calls;
    this.splats = splats;
    this.ask = ask;
  }

  readonly chosen: LabelSet = $derived(chosenSet(this.all));
  readonly words: readonly string[] = $derived(this.chosen.labels.map(({ word }) => word));
  private readonly key: string = $derived(JSON.stringify([this.words, this.chosen.reject]));
  /** Splats per word, then those that are none of them; null until the host has told. */
  readonly counts: readonly number[] | null = $derived(this.shown?.key === this.key ? this.shown.reply.counts : null);
  /** Empty until the host has told. */
  readonly bytes: SplatBytes = $derived(this.shown?.key === this.key ? this.shown.bytes : new Map());

  reset(all: LabelSets): void {
    this.all = all;
    this.clear();
  }

  /** Forgets what the host told of the splats. */
  clear(): void {
    this.turn++;
    this.shown = null;
    this.problem = null;
  }

  /** The host has kept other sets. */
  changed(all: LabelSets): void {
    this.all = all;
    if (this.ask.view === 'labels') void this.refresh();
  }

  /** Colours the scene by the chosen set. */
  async show(): Promise<void> {
    if (this.counts === null) await this.refresh();
    if (this.counts !== null) this.ask.view = 'labels';
  }

  /** Asks anew: words, splats or what is hidden have changed. */
  async refresh(): Promise<void> {
    const turn = ++this.turn;
    this.problem = null;
    const { key, words, chosen } = this;
    if (words.length === 0) return void (this.shown = null);
    const result = await this.api.invoke('scene.label', { words: [...words], reject: chosen.reject });
    if (turn !== this.turn) return;
    if (!result.ok) return void (this.problem = result.error);
    const bytes = await answerBytes(this.api, result.value.labelsId, result.value.chunkIds, this.splats.chunks);
    if (turn === this.turn) this.shown = { key, reply: result.value, bytes };
  }

  /** True when it was shown before and should follow what changes. */
  get isShown(): boolean {
    return this.shown !== null;
  }

  choose(id: string): Promise<void> {
    return this.edit(() => ({ ...this.all, chosenId: id }));
  }

  /** A copy of the chosen set under a new name, chosen. */
  add(): Promise<void> {
    return this.edit(() => {
      const id = crypto.randomUUID();
      const taken = new Set(this.all.sets.map(({ name }) => name));
      let name = 'My labels';
      for (let n = 2; taken.has(name); n++) name = `My labels ${n}`;
      return { sets: [...this.all.sets, { ...this.chosen, id, name, labels: [] }], chosenId: id };
    });
  }

  /** The chosen set goes; the last one stays. */
  remove(): Promise<void> {
    return this.edit(() => {
      const sets = this.all.sets.filter(({ id }) => id !== this.chosen.id);
      return sets.length > 0 ? { sets, chosenId: sets[0].id } : this.all;
    });
  }

  change(change: Partial<Omit<LabelSet, 'id' | 'labels'>>): Promise<void> {
    return this.editChosen((set) => ({ ...set, ...change }));
  }

  addWord(word: string): Promise<void> {
    return this.editChosen((set) => {
      const { labels } = set;
      if (word === '' || labels.some((label) => label.word === word)) return set;
      const used = new Set(labels.map(({ color }) => color));
      const color =
        distinctColors.find((free) => !used.has(free)) ?? distinctColors[labels.length % distinctColors.length];
      return { ...set, labels: [...labels, { word, color }] };
    });
  }

  removeWord(word: string): Promise<void> {
    return this.editChosen((set) => ({ ...set, labels: set.labels.filter((label) => label.word !== word) }));
  }

  recolour(word: string, color: string): Promise<void> {
    return this.editChosen((set) => ({
      ...set,
      labels: set.labels.map((label) => (label.word === word ? { word, color } : label)),
    }));
  }

  private editChosen(change: (set: LabelSet) => LabelSet): Promise<void> {
    return this.edit(() => {
      const sets = this.all.sets.map((set) => (set.id === this.chosen.id ? change(set) : set));
      return { ...this.all, sets };
    });
  }

  /** One after the other: an edit replaces all sets, so it has to begin with what the one before has kept. */
  private edit(make: () => LabelSets): Promise<void> {
    this.edits = this.edits.then(async () => {
      const { sets, chosenId } = make();
      const plain = sets.map((set) => ({ ...set, labels: set.labels.map((label) => ({ ...label })) }));
      await this.calls.tell('labels.set', { sets: plain, chosenId }, 'project');
    });
    return this.edits;
  }
}
